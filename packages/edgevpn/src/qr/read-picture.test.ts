import { readFileSync } from 'node:fs'
import { deflateSync, gzipSync } from 'node:zlib'
import { KairosError } from '@kairos-sdk/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../../fuzz/mutate.js'
import { fileOf } from './corpus/files.js'
import { paintSquare } from './corpus/paint.js'
import { readPicture } from './read-picture.js'

const formats = new URL('./fixtures/formats/', import.meta.url)

async function failureOf(bytes: Uint8Array, name?: string): Promise<KairosError> {
  const error = await readPicture(bytes, { name }).catch((error: unknown) => error)
  if (!KairosError.is(error)) throw new Error('a KairosError was expected', { cause: error })
  return error
}

/** A PNG file with this header and these inflated bytes as its data. */
function pngOf(width: number, height: number, interlaced: boolean, data: Uint8Array): Buffer {
  const chunk = (type: string, body: Uint8Array) => {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(body.length)
    head.write(type, 4, 'latin1')
    const tail = Buffer.alloc(4)
    tail.writeUInt32BE(crc32(Buffer.concat([head.subarray(4), body])))
    return Buffer.concat([head, body, tail])
  }
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, interlaced ? 1 : 0])
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(data)), chunk('IEND', new Uint8Array())]
  return Buffer.concat([signature, ...parts])
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return (crc ^ 0xffffffff) >>> 0
}

describe('readPicture', () => {
  it('says what a file begins with that is no picture, and what to do', async () => {
    const pdf = await failureOf(Buffer.from('%PDF-1.7'), 'scan.pdf')
    expect(pdf.code).toBe('qr/not-a-picture')
    expect(pdf.message).toBe(
      'scan.pdf is not a picture that can be read. It begins with 25 50 44 46 ("%PDF"), which is none of PNG, JPEG, GIF, BMP, TIFF, WebP, PBM, PGM and PPM (plain or gzipped).',
    )
    expect(pdf.hint).toContain('PDF')
    expect((await failureOf(new Uint8Array([1, 2]))).message).toContain('begins with 01 02, which')
    const heic = await failureOf(Buffer.from('\0\0\0\x18ftypheic\0\0\0\0', 'latin1'), 'IMG_1.HEIC')
    expect(heic.hint).toBe('This is a HEIC photo: export it as JPEG.')
  })

  it('says that an empty file is empty', async () => {
    expect((await failureOf(new Uint8Array(), 'a.png')).message).toBe('a.png is empty; a picture was expected.')
  })

  it.each([
    'palette.png',
    'interlaced.png',
    'sixteen-bit.png',
    'lossless.webp',
    'lossy.webp',
    'lzw.tif',
    'one-bit.bmp',
  ])('says that %s is damaged or cut off when its end is missing', async (name) => {
    const bytes = readFileSync(new URL(name, formats))
    const error = await failureOf(bytes.subarray(0, bytes.length >> 1), name)
    expect(error.code).toBe('qr/not-a-picture')
    expect(error.message).toContain(`${name} begins like a `)
  })

  it.each([
    ['PNG', pngOf(60_000, 60_000, false, new Uint8Array(10))],
    ['BMP', Buffer.from(`424d${'00'.repeat(12)}2800000060ea000060ea0000${'00'.repeat(28)}`, 'hex')],
    ['GIF', Buffer.from('474946383961ffffffff000000', 'hex')],
    ['PNM', Buffer.from('P6 60000 60000 255\n')],
    ['gzipped PNM', gzipSync(Buffer.from('P6 60000 60000 255\n'))],
  ])('refuses a %s file that declares more pixels than memory has room for', async (_, bytes) => {
    const error = await failureOf(bytes)
    expect(error.code).toBe('input/too-large')
    expect(error.message).toMatch(/declares [56]\d{4} × [56]\d{4} pixels; at most 100 megapixels/)
  })

  it('refuses a gzip file that unpacks to more than its picture needs', async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from('P5 10 10 255\n'), Buffer.alloc(8 << 20)]))
    expect((await failureOf(bomb)).code).toBe('input/too-large')
  })

  it('refuses an interlaced PNG file that inflates to more than its pixels', async () => {
    const bomb = pngOf(10, 10, true, new Uint8Array(8 << 20))
    expect((await failureOf(bomb)).code).toBe('qr/not-a-picture')
  })

  it('refuses a JPEG file with far more scans than any encoder makes', async () => {
    const whole = readFileSync(new URL('progressive.jpg', formats))
    const marker = Buffer.from([0xff, 0xda])
    // Its first scan, which is read again and again; where it ends, the tables of the next one begin.
    const scan = whole.subarray(whole.indexOf(marker), whole.indexOf(Buffer.from([0xff, 0xc4]), whole.indexOf(marker)))
    const start = whole.subarray(0, whole.indexOf(marker))
    const bomb = Buffer.concat([start, ...Array.from({ length: 300 }, () => scan), whole.subarray(-2)])
    expect((await failureOf(bomb, 'a.jpg')).message).toContain('a.jpg begins like a JPEG picture, but is damaged')
    const film = Buffer.alloc(100 << 16)
    for (let at = 0; at < film.length; at += 1 << 16) film.set([0xff, 0xda], at)
    expect(await readPicture(Buffer.concat([whole, film, film]))).toHaveLength(1)
  })

  it('says that a gzip file is cut off, and what is inside one that is no picture', async () => {
    const packed = gzipSync(Buffer.concat([Buffer.from('P5 100 100 255\n'), Buffer.alloc(10_000, 7)]))
    expect((await failureOf(packed.subarray(0, packed.length - 12), 'dump.gz')).code).toBe('qr/not-a-picture')
    const text = await failureOf(gzipSync('hello, world'), 'dump.gz')
    expect(text.message).toContain('dump.gz, unpacked, is not a picture that can be read. It begins with 68 65 6c 6c')
  })

  it.each([
    ['black', 0, 255],
    ['white', 255, 0],
  ])('shows what is transparent so that %s drawings can be seen', async (_, drawn, paper) => {
    const { Jimp } = await import('jimp')
    const image = new Jimp({ width: 2, height: 1 })
    image.bitmap.data.set([drawn, drawn, drawn, 255, drawn, drawn, drawn, 0])
    const [{ grey }] = await readPicture(await image.getBuffer('image/png'))
    expect([...grey]).toEqual([drawn, paper])
  })

  it('shows each frame of an animation once, as it looks on what was there before', async () => {
    const frames = await readPicture(readFileSync(new URL('animated.gif', formats)))
    expect(frames.map(({ width, height }) => [width, height])).toEqual([
      [800, 800],
      [800, 800],
    ])
    expect(new Set(frames[0].grey)).toEqual(new Set([0]))
  })

  it('stops when it is told to before it begins', async () => {
    const failure = readPicture(new Uint8Array(10), { signal: AbortSignal.abort() })
    await expect(failure).rejects.toMatchObject({ code: 'aborted' })
  })

  describe('with files that are not what they should be', () => {
    const readsOrRefuses = async (bytes: Uint8Array) => {
      try {
        for (const { width, height, grey } of await readPicture(bytes)) expect(grey.length).toBe(width * height)
      } catch (error) {
        if (!KairosError.is(error)) throw error
        expect(['qr/not-a-picture', 'input/too-large']).toContain(error.code)
      }
    }

    it('reads or refuses random bytes behind any signature', async () => {
      const signatures = [
        '',
        '89504e470d0a1a0a',
        'ffd8ffe0',
        '474946383961',
        '424d',
        '49492a00',
        '4d4d002a',
        '1f8b0800',
      ]
      const webp = '5249464600000000574542505650384c'
      const anySignature = fc.constantFrom(...signatures, webp, '503620', '503120', '503420')
      await fc.assert(
        fc.asyncProperty(anySignature, fc.uint8Array({ maxLength: 300 }), (signature, rest) =>
          readsOrRefuses(Buffer.concat([Buffer.from(signature, 'hex'), rest])),
        ),
        { numRuns: 300 },
      )
    })

    const types = ['image/png', 'image/jpeg', 'image/gif', 'image/bmp', 'image/tiff'] as const
    it.each(types)('reads or refuses %s files with changed bytes and missing ends', async (type) => {
      const whole = await fileOf(paintSquare('kairos', 1), type)
      await readsOrRefusesMutationsOf(whole, 150)
    })

    it.each([
      'lossless.webp',
      'tiled.tif',
      'animated.gif',
      'predictor.tif',
      'deflate.tif',
      'lzw.tif',
      'run-length.bmp',
      'progressive.jpg',
    ])('reads or refuses %s with changed bytes and missing ends', async (name) => {
      await readsOrRefusesMutationsOf(readFileSync(new URL(name, formats)), 25)
    })

    async function readsOrRefusesMutationsOf(whole: Uint8Array, runs: number): Promise<void> {
      const random = seededRandom(whole.length)
      for (let run = 0; run < runs; run++) {
        const changed = new Uint8Array(whole)
        const reach = run % 2 === 0 ? Math.min(200, whole.length) : whole.length
        for (let change = 0; change <= run % 4; change++) changed[Math.floor(random() * reach)] = random() * 256
        const isCut = run % 5 === 0
        await readsOrRefuses(isCut ? changed.subarray(0, Math.floor(random() * whole.length)) : changed)
      }
    }
  })
})
