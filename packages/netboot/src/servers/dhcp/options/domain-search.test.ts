import { describe, expect, it } from 'vitest'
import { domainSearch } from './domain-search.js'
import { decodeOption } from './option-kind.js'

const latin1 = (text: string) => Buffer.from(text, 'latin1')

describe('domain search', () => {
  it("follows pointers, as in the RFC's example", () => {
    const bytes = latin1('\x03eng\x05apple\x03com\x00\x09marketing\xc0\x04')
    expect(decodeOption(domainSearch, bytes)).toEqual(['eng.apple.com', 'marketing.apple.com'])
  })

  it('is written without pointers', () => {
    const bytes = latin1('\x03lan\x00\x01a\x01b\x00')
    expect(Buffer.from(domainSearch.encode(['lan', 'a.b.']))).toEqual(bytes)
    expect(decodeOption(domainSearch, bytes)).toEqual(['lan', 'a.b'])
  })

  it('refuses pointers that lead nowhere, forwards or in circles', () => {
    for (const bytes of ['\xc0\x00', '\x01a\xc0\x00', '\x01a\xc0\x02\x00', '\x01a\x00\xc0\x01']) {
      expect(() => decodeOption(domainSearch, latin1(bytes))).toThrow('pointer: the offset of an earlier label')
    }
  })

  it('refuses nothing, a name cut off, labels and names that are too long', () => {
    expect(() => decodeOption(domainSearch, latin1(''))).toThrow('label length: 1 byte expected at offset 0')
    expect(() => decodeOption(domainSearch, latin1('\x03ab'))).toThrow('label: 3 bytes expected at offset 1, 2 left')
    expect(() => decodeOption(domainSearch, latin1('\x03abc'))).toThrow('label length: 1 byte expected at offset 4')
    expect(() => decodeOption(domainSearch, latin1(`\x40${'a'.repeat(64)}\x00`))).toThrow('at most 63 expected')
    expect(() => decodeOption(domainSearch, latin1(`${`\x3f${'a'.repeat(63)}`.repeat(5)}\x00`))).toThrow('at most 255')
  })
})
