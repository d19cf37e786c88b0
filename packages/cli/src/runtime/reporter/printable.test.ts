import { describe, expect, it } from 'vitest'
import { printable, printableLine } from './printable.js'

describe('printable', () => {
  it('keeps text in any language, tabs and lines', () => {
    expect(printable('grüße\tあ\n🚀\r\n')).toBe('grüße\tあ\n🚀\n')
  })

  it('takes the power over the terminal from what comes from outside', () => {
    expect(printable('\x1b]0;title\x07a\x9b2Jb\x08\rc\x7f')).toBe('\ufffd]0;title\ufffda\ufffd2Jb\ufffd\ufffdc\ufffd')
  })
})

describe('printableLine', () => {
  it('makes one line of several', () => {
    expect(printableLine('a\n  b\r\nc')).toBe('a b c')
  })
})
