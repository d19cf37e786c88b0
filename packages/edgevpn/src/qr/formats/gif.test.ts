import { KairosError } from '@kairos-sdk/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPicture } from '../read-picture.js'
import { readAnimation } from './animation.js'
import { decodeGif } from './gif.js'

interface Image {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** Colours 0 black, 1 grey, 2 white, 3 not drawn, row by row. */
  readonly samples: readonly number[]
  /** 1 leave it, 2 clear it, 3 bring back what was there. */
  readonly disposal: number
}

const SHADES = [0, 100, 255]
const BACKGROUND = 255
const uint16 = (value: number) => [value & 0xff, value >> 8]

/** A GIF file; its images are packed without compression: a clear code before every second sample. */
function gifOf(width: number, height: number, images: readonly Image[]): Buffer {
  const palette = [...SHADES, 0].flatMap((shade) => [shade, shade, shade])
  const frames = images.map((image) =>
    Buffer.from([
      ...[0x21, 0xf9, 4, (image.disposal << 2) | 1, 0, 0, 3, 0],
      ...[0x2c, ...uint16(image.left), ...uint16(image.top), ...uint16(image.width), ...uint16(image.height), 0],
      ...packed(image.samples),
    ]),
  )
  const header = Buffer.from([...Buffer.from('GIF89a'), ...uint16(width), ...uint16(height), 0x81, 0, 0, ...palette])
  return Buffer.concat([header, ...frames, Buffer.from([0x3b])])
}

function packed(samples: readonly number[]): number[] {
  const codes = samples.flatMap((sample, index) => (index % 2 === 0 ? [4, sample] : [sample]))
  const bits = [...codes, 5]
    .map((code) => code.toString(2).padStart(3, '0'))
    .reverse()
    .join('')
  const whole = bits.padStart(Math.ceil(bits.length / 8) * 8, '0')
  const bytes = Array.from(whole.matchAll(/.{8}/g), ([byte]) => Number.parseInt(byte, 2)).reverse()
  const blocks: number[] = [2]
  for (let at = 0; at < bytes.length; at += 255)
    blocks.push(Math.min(255, bytes.length - at), ...bytes.slice(at, at + 255))
  return [...blocks, 0]
}

/** What is shown for each image, by copies of the whole screen and nothing clever. */
function shownBy(width: number, height: number, images: readonly Image[]): number[][] {
  let screen = new Array<number>(width * height).fill(BACKGROUND)
  return images.map(({ samples, disposal, ...image }) => {
    const before = [...screen]
    const shown = [...screen]
    const after = [...screen]
    for (const [index, sample] of samples.entries()) {
      const x = image.left + (index % image.width)
      const y = image.top + Math.floor(index / image.width)
      if (x >= width || y >= height) continue
      if (sample < 3) shown[y * width + x] = SHADES[sample] as number
      after[y * width + x] = disposal === 2 ? BACKGROUND : (shown[y * width + x] as number)
    }
    screen = disposal === 3 ? before : after
    return shown
  })
}

const anyImage = (most: number) =>
  fc
    .record({
      left: fc.nat(most),
      top: fc.nat(most),
      width: fc.integer({ min: 1, max: most }),
      height: fc.integer({ min: 1, max: most }),
    })
    .chain((place) =>
      fc.record({
        left: fc.constant(place.left),
        top: fc.constant(place.top),
        width: fc.constant(place.width),
        height: fc.constant(place.height),
        disposal: fc.integer({ min: 0, max: 3 }),
        samples: fc.array(fc.nat(3), { minLength: place.width * place.height, maxLength: place.width * place.height }),
      }),
    )

const dot = (left: number, sample: number, disposal = 1): Image => ({
  ...{ left, top: 0, width: 1, height: 1, samples: [sample], disposal },
})
const settings = { name: 'The picture', maxPixels: 1_000_000, signal: undefined }

describe('decodeGif', () => {
  it('shows each image on what the ones before it left, and says where the screen changed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        fc.array(anyImage(6)),
        (width, height, images) => {
          let last = new Array<number>(width * height).fill(BACKGROUND)
          const shown = Array.from(decodeGif(gifOf(width, height, images)), ({ screen, touched }) => {
            const isTouched = (at: number) =>
              touched.some(({ left, top, ...size }) => {
                const [x, y] = [(at % width) - left, Math.floor(at / width) - top]
                return x >= 0 && y >= 0 && x < size.width && y < size.height
              })
            for (const [at, shade] of screen.grey.entries()) if (shade !== last[at]) expect(isTouched(at)).toBe(true)
            last = [...screen.grey]
            return last
          })
          expect(shown).toEqual(shownBy(width, height, images))
        },
      ),
    )
  })

  it('takes as much work as the images need, however large the screen is', () => {
    const images = Array.from({ length: 40 }, (_, index) => dot(index, index % 2, 1 + (index % 3)))
    let work = 0
    for (const frame of decodeGif(gifOf(2_000, 2_000, images))) work += frame.work
    expect(work).toBeLessThan(40 * 5_000)
  })

  it('does not unpack an image that is larger than any picture may be', () => {
    const file = gifOf(1, 1, [dot(0, 0), { ...dot(0, 1), width: 65_535, height: 65_535 }])
    // The second image says that its rows are interlaced: all would have to be unpacked.
    file[file.lastIndexOf(0x2c) + 9] = 0x40
    expect([...decodeGif(file)]).toHaveLength(1)
  })
})

describe('readAnimation', () => {
  it('gives each distinct frame once, in their order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyImage(3), { maxLength: 20 }), async (images) => {
        const shown = shownBy(2, 2, images)
        const distinct = shown.filter((frame, index) => index === 0 || String(frame) !== String(shown[index - 1]))
        const frames = await readAnimation(gifOf(2, 2, images), settings)
        expect(frames.map(({ grey }) => [...grey])).toEqual(distinct)
        for (const frame of frames) expect(frame).toMatchObject({ width: 2, height: 2 })
      }),
    )
  })

  it('keeps the first frames of a long animation, and the last one', async () => {
    const images = Array.from({ length: 50 }, (_, index) => dot(index, 0))
    const frames = await readAnimation(gifOf(60, 1, images), settings)
    const dark = frames.map(({ grey }) => grey.filter((shade) => shade === 0).length)
    expect(dark).toEqual([...Array.from({ length: 31 }, (_, index) => index + 1), 50])
    const few = await readAnimation(gifOf(60, 1, images), { ...settings, maxPixels: 10 })
    expect(few.map(({ grey }) => grey.filter((shade) => shade === 0).length)).toEqual([1, 50])
  })

  it('ends where its images have taken more than enough work', async () => {
    const images = Array.from({ length: 20 }, (_, index) => dot(index, 0))
    expect(await readAnimation(gifOf(60, 1, images), { ...settings, maxWork: 15_000 })).toHaveLength(4)
  })

  it('lets the rest of the program go on between two frames, and stops when it is told to', async () => {
    const controller = new AbortController()
    setImmediate(() => controller.abort())
    const file = gifOf(
      100,
      1,
      Array.from({ length: 99 }, (_, index) => dot(index, 0)),
    )
    const error = await readPicture(file, { signal: controller.signal }).catch((error: unknown) => error)
    expect(KairosError.is(error, 'aborted')).toBe(true)
  })
})
