import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkFatName, foldFatName, shortNames } from './names.js'

const shorts = (...names: string[]) => shortNames(names).map(({ short }) => short)

describe('short names', () => {
  it('are the names themselves where they can be, without a long name', () => {
    expect(shortNames(['BOOTX64.EFI', 'EFI', 'A-B~1'])).toEqual([
      { long: undefined, short: 'BOOTX64 EFI' },
      { long: undefined, short: 'EFI        ' },
      { long: undefined, short: 'A-B~1      ' },
    ])
  })

  it('keep lower case in a long name and need no number for it', () => {
    expect(shortNames(['grub.cfg'])).toEqual([{ long: 'grub.cfg', short: 'GRUB    CFG' }])
  })

  it('number what does not fit 8.3, in the order of the names', () => {
    expect(shorts('autoexec.ipxe', 'autoexec.ipxes', 'a b.txt', '.hidden', 'x.tar.gz', 'naïve.txt')).toEqual([
      'AUTOEX~1IPX',
      'AUTOEX~2IPX',
      'AB~1    TXT',
      'HIDDEN~1   ',
      'XTAR~1  GZ ',
      'NA_VE~1 TXT',
    ])
  })

  it('never take the place of a real name', () => {
    expect(shorts('longfilename.txt', 'LONGFI~1.TXT', 'longfi~2.txt')).toEqual([
      'LONGFI~3TXT',
      'LONGFI~1TXT',
      'LONGFI~2TXT',
    ])
  })

  it('are different for any set of different names', () => {
    const name = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => {
      try {
        checkFatName(text, text)
        return true
      } catch {
        return false
      }
    })
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 40, selector: foldFatName }), (names) => {
        const found = shorts(...names)
        expect(new Set(found).size).toBe(names.length)
        for (const short of found)
          expect(short).toMatch(/^[A-Z0-9!#$%&'()\-@^_`{}~]{1,8} *[A-Z0-9!#$%&'()\-@^_`{}~]* *$/)
        for (const short of found) expect(short).toHaveLength(11)
      }),
    )
  })
})

describe('names that FAT cannot have', () => {
  it.each(['', 'a:b', 'a?', 'a\\b', 'dot.', 'space ', ' space', '..', 'x'.repeat(256), 'a\nb', '\ud800'])(
    'refuses %j',
    (name) => {
      expect(() => checkFatName(name, `/dir/${name}`)).toThrow(expect.objectContaining({ code: 'fat/invalid-entry' }))
    },
  )
})
