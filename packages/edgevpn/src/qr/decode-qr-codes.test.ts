import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../../fuzz/mutate.js'
import { blur, fade, moire, negative, noise, perspective, rotate, scale, shade } from './corpus/distort.js'
import { fileOf, pgmOf } from './corpus/files.js'
import { paintDesktop, paintSquare, paintTerminal, paste, type TerminalLook } from './corpus/paint.js'
import { tokenLikeText } from './corpus/random.js'
import { decodeQrCodes } from './decode-qr-codes.js'
import { createRaster, type Raster } from './raster.js'
import { readPicture } from './read-picture.js'

const fixtures = new URL('./fixtures/', import.meta.url)
const samples = new URL('../../../../../shared/qr-samples/', import.meta.url)

const text = tokenLikeText(seededRandom(1))
const token = readFileSync(new URL('token.txt', fixtures), 'utf8').trim()

const read = (picture: Raster, effort?: 'quick' | 'thorough') => decodeQrCodes(pgmOf(picture), { effort })

/** A code on the Linux console: white and grey stripes on black. */
const CONSOLE: TerminalLook = { cellWidth: 8, cellHeight: 16, light: 170, lowerLight: 255, margin: 20, quietZone: 2 }

describe('decodeQrCodes', () => {
  describe('with pictures of a real node', () => {
    it.each(['linux-console.png', 'linux-console.ppm.gz'])('reads %s at a quick look', async (name) => {
      expect(await decodeQrCodes(readFileSync(new URL(name, fixtures)), { effort: 'quick' })).toEqual([token])
    })

    it('reads a small terminal window on a large screen', async () => {
      const expected = readFileSync(new URL('xterm-dejavu4-1080p.txt', fixtures), 'utf8').trim()
      const picture = readFileSync(new URL('xterm-dejavu4-1080p.png', fixtures))
      expect(await decodeQrCodes(picture, { effort: 'quick' })).toEqual([expected])
    })

    it.each(readdirSync(new URL('formats/', fixtures)))('reads formats/%s', async (name) => {
      expect(await decodeQrCodes(readFileSync(new URL(`formats/${name}`, fixtures)))).toEqual([token])
    })

    const variants: readonly (readonly [string, (picture: Raster) => Raster | Promise<Raster>])[] = [
      ['as it is', (picture) => picture],
      ['inverted', negative],
      ['turned by 17 degrees', (picture) => rotate(picture, 17)],
      ['turned by 45 degrees', (picture) => rotate(picture, 45)],
      ['turned by 201 degrees', (picture) => rotate(picture, 201)],
      ['blurred', (picture) => blur(picture, 1, 2)],
      ['at 70 %', (picture) => scale(picture, 0.7)],
      ['at 130 %', (picture) => scale(picture, 1.3)],
      ['as a JPEG of quality 25', (picture) => jpeg(picture, 25)],
      ['noisy', (picture) => noise(picture, seededRandom(2), 30)],
      ['faint', (picture) => fade(picture, 90, 130)],
      ['photographed', (picture) => perspective(picture, 0.15, -0.1, 0.05)],
    ]
    const names = readdirSync(existsSync(samples) ? samples : fixtures).filter((name) => /\.(png|jpg|gz)$/.test(name))
    it.each(names)(
      'reads %s inverted, turned, blurred, scaled, as JPEG, noisy, faint and photographed',
      async (name) => {
        const directory = existsSync(samples) ? samples : fixtures
        const [picture] = await readPicture(readFileSync(new URL(name, directory)))
        const code = crop(picture)
        const failed: string[] = []
        for (const [variant, change] of variants) {
          const texts = await read(await change(code))
          if (texts.length !== 1) failed.push(variant)
        }
        // The modules of this one are 2 to 3 pixels: there is no code left in it at 70 %.
        expect(failed.filter((variant) => !(/dejavu4|dejavu6/.test(name) && variant === 'at 70 %'))).toEqual([])
      },
    )
  })

  describe('with terminals', () => {
    const looks: readonly (readonly [string, TerminalLook])[] = [
      ['cells that are not square', { cellWidth: 8, cellHeight: 22 }],
      ['cells that are flat', { cellWidth: 9, cellHeight: 12 }],
      ['cells of 3 × 7 pixels', { cellWidth: 3, cellHeight: 7, margin: 10 }],
      ['a dark line between rows', { cellWidth: 7, cellHeight: 14, rowGap: 1 }],
      ['dark lines of 2 pixels between rows', { cellWidth: 5, cellHeight: 10, rowGap: 2 }],
      ['dark lines of 5 pixels between rows of a high-resolution screen', { cellWidth: 16, cellHeight: 32, rowGap: 5 }],
      ['light lines between rows', { cellWidth: 8, cellHeight: 17, rowGap: 3, gapGrey: 255 }],
      ['light lines of 5 pixels between rows', { cellWidth: 16, cellHeight: 32, rowGap: 5, gapGrey: 255 }],
      ['grey on black', { cellWidth: 8, cellHeight: 16, light: 90, margin: 20 }],
      ['light on dark', { cellWidth: 8, cellHeight: 16, inverted: true, background: 0, margin: 20 }],
      [
        'light on dark, with gaps',
        { cellWidth: 6, cellHeight: 12, rowGap: 2, inverted: true, background: 0, margin: 9 },
      ],
      ['two colours that hardly differ', { cellWidth: 6, cellHeight: 12, dark: 100, light: 125, background: 100 }],
      ['full blocks', { cellWidth: 4, cellHeight: 9, fullBlocks: true }],
      ['full blocks with gaps', { cellWidth: 4, cellHeight: 8, fullBlocks: true, rowGap: 1 }],
      ['no quiet zone on black', { cellWidth: 7, cellHeight: 14, quietZone: 0, margin: 30, background: 0 }],
      [
        'no quiet zone, inverted, on white',
        { cellWidth: 7, cellHeight: 14, quietZone: 0, margin: 30, background: 255, inverted: true },
      ],
      ['the stripes of the Linux console', CONSOLE],
    ]
    it.each(looks)('reads %s', async (_, look) => {
      expect(await read(paintTerminal(text, look))).toEqual([text])
    })

    it('reads gaps between rows that run at an angle', async () => {
      const turned = rotate(paintTerminal(text, { cellWidth: 8, cellHeight: 16, rowGap: 2, margin: 10 }), 12)
      expect(await read(turned)).toEqual([text])
    })

    it('reads a code without a quiet zone that lies on black at an angle', async () => {
      const picture = paintTerminal(text, { cellWidth: 6, cellHeight: 12, quietZone: 0, margin: 10, background: 0 })
      expect(await read(rotate(picture, 33))).toEqual([text])
    })

    it('reads the Linux console in a window of any size', async () => {
      const picture = paintTerminal(text, CONSOLE)
      for (const factor of [0.45, 0.5, 0.62, 0.8, 1.1]) expect(await read(scale(picture, factor))).toEqual([text])
      for (const factor of [0.5, 0.75, 1.25]) expect(await read(scale(picture, factor, factor, true))).toEqual([text])
    })
  })

  describe('with worse pictures', () => {
    it('reads a code turned by any angle', async () => {
      const picture = paintSquare(text, 5)
      const failed: number[] = []
      for (let degrees = 0; degrees < 360; degrees += 15) {
        if ((await read(rotate(picture, degrees, 255)))[0] !== text) failed.push(degrees)
      }
      expect(failed).toEqual([])
    })

    it.each([
      ['noise', () => noise(fade(paintSquare(text, 4), 40, 200), seededRandom(3), 45)],
      ['a shade of difference', () => fade(paintSquare(text, 5), 30, 42)],
      ['moiré', () => moire(paintSquare(text, 6), 0.5, 4.3, 5.1)],
      ['a lens out of focus', () => blur(paintSquare(text, 6), 2, 2)],
      ['uneven light', () => shade(paintSquare(text, 5), 0.15)],
      ['20 % of quality', () => jpeg(paintTerminal(text, { ...CONSOLE, cellWidth: 6, cellHeight: 12 }), 20)],
      ['a photo from the side', () => perspective(paintTerminal(text, CONSOLE), 0.3, 0.2, 0.05)],
    ])('reads a code in spite of %s', async (_, make) => {
      expect(await read(await make())).toEqual([text])
    })

    it('reads a photo of a monitor: from the side, turned, with moiré, noise, uneven light, out of focus, as JPEG', async () => {
      const random = seededRandom(4)
      const failed: number[] = []
      for (let photo = 0; photo < 12; photo++) {
        const screen = moire(
          paintTerminal(text, { cellWidth: 8, cellHeight: 17, rowGap: photo % 2, margin: 30 }),
          0.2,
          5,
          7,
        )
        const seen = perspective(screen, (random() - 0.5) * 0.4, (random() - 0.5) * 0.4, (random() - 0.5) * 0.15)
        const lit = shade(rotate(seen, (random() - 0.5) * 30, 30), 0.5)
        const picture = await jpeg(blur(noise(lit, random, 8), 1, 1), 60)
        if ((await read(picture))[0] !== text) failed.push(photo)
      }
      expect(failed).toEqual([])
    })
  })

  describe('with large pictures', () => {
    it('finds a small terminal on a 4K desktop, and one on three monitors side by side', async () => {
      const terminal = paintTerminal(text, { cellWidth: 3, cellHeight: 7, background: 0, quietZone: 2 })
      expect(await read(paintDesktop(seededRandom(5), 3840, 2160, terminal))).toEqual([text])
      expect(await read(paintDesktop(seededRandom(6), 5760, 1080, terminal))).toEqual([text])
    })

    it('finds all codes of a desktop with several windows', async () => {
      const random = seededRandom(7)
      const texts = [tokenLikeText(random), tokenLikeText(random), 'https://kairos.io']
      const desktop = paintDesktop(random, 2560, 1440)
      texts.forEach((one, number) => {
        paste(
          desktop,
          paintTerminal(one, { cellWidth: 6, cellHeight: 13, quietZone: 4 }),
          40 + 800 * number,
          60 + 300 * number,
        )
      })
      expect((await read(desktop, 'quick')).sort()).toEqual(texts.sort())
    })

    it('finds the code that is harder to read beside one that is easy', async () => {
      const random = seededRandom(10)
      const easy = tokenLikeText(random)
      const desktop = paintDesktop(random, 1920, 1080)
      paste(desktop, paintTerminal(easy, { cellWidth: 8, cellHeight: 16 }), 40, 60)
      paste(desktop, paintTerminal(text, { cellWidth: 6, cellHeight: 12, rowGap: 2 }), 1000, 60)
      expect(await read(desktop, 'quick')).toEqual([easy])
      expect((await read(desktop)).sort()).toEqual([easy, text].sort())
    })

    it('tells a text once that is in the picture twice', async () => {
      const code = paintSquare('twice', 6)
      const picture = createRaster(600, 300)
      paste(picture, code, 10, 10)
      paste(picture, code, 310, 10)
      expect(await read(picture)).toEqual(['twice'])
    })
  })

  it('reads texts beyond ASCII', async () => {
    expect(await read(paintSquare('Grüße, 世界', 6))).toEqual(['Grüße, 世界'])
  })

  it('finds nothing, and no wrong text, where there is no code', async () => {
    const random = seededRandom(8)
    expect(await read(paintDesktop(random, 1280, 720))).toEqual([])
    expect(await read(noise(createRaster(400, 400), random, 120))).toEqual([])
    expect(await read(createRaster(1, 1))).toEqual([])
    expect(await read(createRaster(3, 500))).toEqual([])
  })

  it('reads a picture that is packed with gzip', async () => {
    expect(await decodeQrCodes(gzipSync(await fileOf(paintSquare('packed', 4), 'image/png')))).toEqual(['packed'])
  })

  it('stops between two looks when it is told to', async () => {
    const controller = new AbortController()
    const running = decodeQrCodes(pgmOf(paintDesktop(seededRandom(9), 1280, 720)), { signal: controller.signal })
    setImmediate(() => controller.abort())
    await expect(running).rejects.toMatchObject({ code: 'aborted' })
  })
})

/** The middle of a screenshot with the code in it: to turn a whole 4K screen by hand takes long and proves no more. */
function crop(picture: Raster): Raster {
  let left = picture.width
  let right = 0
  let top = picture.height
  let bottom = 0
  // What is white in long runs is the quiet zone of the code.
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0, run = 0; x < picture.width; x++) {
      run = (picture.grey[y * picture.width + x] as number) > 235 ? run + 1 : 0
      if (run < 150) continue
      left = Math.min(left, x - run)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
    }
  }
  const margin = 16
  const from = { x: Math.max(0, left - margin), y: Math.max(0, top - margin) }
  const width = Math.min(picture.width, right + margin) - from.x
  const height = Math.min(picture.height, bottom + margin) - from.y
  const result = createRaster(width, height)
  for (let y = 0; y < height; y++) {
    const start = (from.y + y) * picture.width + from.x
    result.grey.set(picture.grey.subarray(start, start + width), y * width)
  }
  return result
}

async function jpeg(picture: Raster, quality: number): Promise<Raster> {
  return (await readPicture(await fileOf(picture, 'image/jpeg', quality)))[0]
}
