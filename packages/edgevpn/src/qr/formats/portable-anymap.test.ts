import { KairosError } from '@kairos-sdk/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AnymapHeader, decodeAnymap, readAnymapHeader } from './portable-anymap.js'

function decode(file: string | Uint8Array): { header: AnymapHeader | undefined; grey: number[] } {
  const bytes = typeof file === 'string' ? Buffer.from(file, 'latin1') : file
  const header = readAnymapHeader(bytes)
  return { header, grey: header ? [...decodeAnymap(bytes, header, 'it').grey] : [] }
}

describe('portable anymaps', () => {
  it.each([
    ['P1', 'P1\n3 2\n0 1 0\n1 0 1\n', [255, 0, 255, 0, 255, 0]],
    ['P1 without spaces', 'P1 3 2\n010101', [255, 0, 255, 0, 255, 0]],
    ['P2', 'P2 3 1 100 0 50 100\n', [0, 128, 255]],
    ['P3', 'P3 2 1 255 255 0 0  0 0 255\n', [76, 29]],
    [
      'P4, rows padded to bytes',
      'P4 9 2\n\x55\x80\xaa\x00',
      [255, 0, 255, 0, 255, 0, 255, 0, 0, 0, 255, 0, 255, 0, 255, 0, 255, 255],
    ],
    ['P5', 'P5 2 1 255\n\x00\x80', [0, 128]],
    ['P5 with two bytes for each sample', 'P5 2 1 65535\n\x80\x00\xff\xff', [128, 255]],
    ['P6', 'P6 2 1 255\n\xff\xff\xff\x00\xff\x00', [255, 150]],
    ['comments anywhere in the header', 'P5 # made by hand\n2# wide\n1\n# white:\n255\n\x01\x02', [1, 2]],
  ])('decodes %s', (_, file, grey) => {
    expect(decode(file).grey).toEqual(grey)
  })

  it.each(['P5 2', 'P5 2 x 255\n', 'P5 2 2 0\n', 'P5 2 2 65536\n', 'P5', 'P2 1 1 255'])(
    'finds no header in %j',
    (file) => {
      expect(decode(file).header).toBeUndefined()
    },
  )

  it.each(['P6 2 2 255\nabc', 'P2 2 2 9\n1 2 3', 'P1 2 2\n1 0 1', 'P4 9 2\nab'])('says that %j is cut off', (file) => {
    expect(() => decode(file)).toThrow(/^it is cut off: a picture of \d × 2 pixels was expected, \d of \d+ /)
  })

  it('keeps every shade of a grey map of any size', () => {
    const maps = fc.integer({ min: 1, max: 20 }).chain((width) =>
      fc.integer({ min: 1, max: 20 }).chain((height) =>
        fc.record({
          width: fc.constant(width),
          height: fc.constant(height),
          samples: fc.uint8Array({ minLength: width * height, maxLength: width * height }),
        }),
      ),
    )
    fc.assert(
      fc.property(maps, ({ width, height, samples }) => {
        const bytes = Buffer.concat([Buffer.from(`P5\n${width} ${height} 255\n`), samples])
        expect(decode(bytes).grey).toEqual([...samples])
        const text = Buffer.from(`P2\n${width} ${height} 255\n${samples.join(' ')}\n`)
        expect(decode(text).grey).toEqual([...samples])
      }),
    )
  })

  it('reads or refuses whatever follows the magic number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.string({ unit: 'binary-ascii', maxLength: 60 }), (kind, rest) => {
        try {
          decode(`P${kind} ${rest}`)
        } catch (error) {
          expect(KairosError.is(error, 'qr/not-a-picture')).toBe(true)
        }
      }),
    )
  })
})
