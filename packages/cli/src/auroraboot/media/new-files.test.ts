import { describe, expect, it } from 'vitest'
import { parseAddition } from './new-files.js'

describe('parseAddition', () => {
  it('splits at the first equals sign, since names of files and URLs may have more', () => {
    expect(parseAddition('/x=https://host/y?a=b')).toEqual({ path: '/x', file: 'https://host/y?a=b' })
    expect(parseAddition('etc/x=y')).toEqual({ path: '/etc/x', file: 'y' })
  })

  it.each(['', 'x', '=y', '/x='])('refuses %j', (text) => {
    expect(() => parseAddition(text)).toThrow('--add: PATH=FILE is expected')
  })
})
