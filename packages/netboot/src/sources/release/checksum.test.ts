import { describe, expect, it } from 'vitest'
import { parseChecksum } from './checksum.js'

const HEX = '0123456789abcdef'.repeat(4)
const OTHER = 'f'.repeat(64)

describe('parseChecksum', () => {
  it.each([
    ['as sha256sum writes it', `${HEX}  a.iso\n`],
    ['of a binary file', `${HEX} *a.iso\n`],
    ['with one space', `${HEX} a.iso`],
    ['alone, in capitals, with a CR', `${HEX.toUpperCase()}\r\n`],
    ['with a path of the machine that built it', `${HEX}  /build/a.iso\n`],
    ['under the name that the file had then', `${HEX}  build/kairos.iso\n`],
    ['among others', `${OTHER}  b.iso\n${HEX}  a.iso\n`],
  ])('reads one %s', (_, text) => expect(parseChecksum(text, 'a.iso', 'x')).toBe(HEX))

  it.each([
    ['an error page', '<html>not found</html>'],
    ['nothing', ''],
    ['a short one', HEX.slice(1)],
    ['those of other files', `${OTHER}  b.iso\n${OTHER}  c.iso\n`],
    ['a SHA-512', `${HEX}${HEX}  a.iso`],
  ])('finds none in %s', (_, text) => {
    expect(() => parseChecksum(text, 'a.iso', 'x')).toThrow(expect.objectContaining({ code: 'input/malformed' }))
  })
})
