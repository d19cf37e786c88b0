import { describe, expect, it } from 'vitest'
import { nearest } from './nearest.js'

describe('nearest', () => {
  it.each([
    ['rebot', 'reboot'],
    ['regster', 'register'],
    ['REGISTER', 'register'],
    ['tokne', 'token'],
    ['confg', 'config'],
  ])('takes %s for %s', (word, expected) => {
    expect(nearest(word, ['reboot', 'register', 'token', 'config', 'qr'])).toBe(expected)
  })

  it('does not compare words that nobody types', () => {
    const long = 'a'.repeat(2 ** 20)
    expect(nearest(`${long}b`, [`${long}c`])).toBeUndefined()
    expect(nearest('short', [long])).toBeUndefined()
  })

  it('suggests nothing for a word that is like none', () => {
    expect(nearest('banana', ['reboot', 'register', 'qr'])).toBeUndefined()
    expect(nearest('x', ['qr'])).toBeUndefined()
    expect(nearest('', ['qr'])).toBeUndefined()
    expect(nearest('', [])).toBeUndefined()
  })
})
