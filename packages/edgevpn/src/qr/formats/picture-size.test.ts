import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { identifyFormat, type PictureFormat } from './picture-format.js'
import { readDeclaredSize } from './picture-size.js'

const directory = new URL('../fixtures/formats/', import.meta.url)

const SIZES: Readonly<Record<string, number>> = {
  'cmyk.jpg': 600,
  'grey.jpg': 600,
  'progressive.jpg': 600,
  'lossy.webp': 600,
}

describe('readDeclaredSize', () => {
  const files = readdirSync(directory).filter((name) => !name.endsWith('.gz'))
  it.each(files)('reads the size in the header of %s', (name) => {
    const bytes = readFileSync(new URL(name, directory))
    const format = identifyFormat(bytes) as Exclude<PictureFormat, 'PNM'>
    const side = SIZES[name] ?? 800
    expect(readDeclaredSize(bytes, format)).toEqual({ width: side, height: side })
  })

  it('reads the canvas of an extended WebP picture', () => {
    const bytes = Buffer.alloc(30)
    bytes.write('RIFF\0\0\0\0WEBPVP8X', 'latin1')
    bytes.writeUIntLE(7_679, 24, 3)
    bytes.writeUIntLE(2_159, 27, 3)
    expect(readDeclaredSize(bytes, 'WebP')).toEqual({ width: 7_680, height: 2_160 })
  })

  it('reads the height of a BMP picture that is stored from top to bottom, and of one of OS/2', () => {
    const windows = Buffer.alloc(54)
    windows.write('BM')
    windows.writeUInt32LE(40, 14)
    windows.writeInt32LE(640, 18)
    windows.writeInt32LE(-480, 22)
    expect(readDeclaredSize(windows, 'BMP')).toEqual({ width: 640, height: 480 })
    const os2 = Buffer.alloc(26)
    os2.writeUInt32LE(12, 14)
    os2.writeUInt16LE(320, 18)
    os2.writeUInt16LE(200, 20)
    expect(readDeclaredSize(os2, 'BMP')).toEqual({ width: 320, height: 200 })
  })

  it('finds no size, or some, in whatever begins like a picture, and always ends', () => {
    const formats = ['PNG', 'JPEG', 'GIF', 'BMP', 'TIFF', 'WebP'] as const
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(...formats), (bytes, format) => {
        const size = readDeclaredSize(bytes, format)
        expect(size === undefined || (size.width >= 0 && size.height >= 0)).toBe(true)
      }),
    )
  })
})
