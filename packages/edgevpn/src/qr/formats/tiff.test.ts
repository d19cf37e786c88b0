import { deflateSync } from 'node:zlib'
import { KairosError } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import { readPicture } from '../read-picture.js'
import { readTiffDirectory, TiffTag } from './tiff-directory.js'

const SHORT = 3
const LONG = 4
const HEADER_BYTES = 8

type Entry = readonly [tag: number, values: readonly number[], type?: number]

/** A TIFF file of these entries, with the data that the strip and tile offsets begin to count at. */
function tiffOf(entries: readonly Entry[], data: Uint8Array): Buffer {
  const directory = Buffer.alloc(2 + 12 * entries.length + 4)
  const longer: Buffer[] = []
  let end = HEADER_BYTES + directory.length
  const dataAt = end + entries.reduce((sum, [, values]) => sum + (values.length > 1 ? 4 * values.length : 0), 0)
  directory.writeUInt16LE(entries.length)
  for (const [index, [tag, values, type = LONG]] of entries.entries()) {
    const isOffset = tag === TiffTag.stripOffsets || tag === TiffTag.tileOffsets
    const bytes = Buffer.alloc(4 * values.length)
    for (const [at, value] of values.entries()) {
      if (type === SHORT) bytes.writeUInt16LE(value, 2 * at)
      else bytes.writeUInt32LE(isOffset ? dataAt + value : value, 4 * at)
    }
    directory.writeUInt16LE(tag, 2 + 12 * index)
    directory.writeUInt16LE(type, 4 + 12 * index)
    directory.writeUInt32LE(values.length, 6 + 12 * index)
    if (values.length === 1) {
      bytes.copy(directory, 10 + 12 * index)
    } else {
      directory.writeUInt32LE(end, 10 + 12 * index)
      longer.push(bytes)
      end += bytes.length
    }
  }
  return Buffer.concat([Buffer.from('49492a0008000000', 'hex'), directory, ...longer, data])
}

/** Grey of 8 bits, 0 is black. */
const grey = (width: number, height: number): Entry[] => [
  [TiffTag.imageWidth, [width]],
  [TiffTag.imageLength, [height]],
  [TiffTag.bitsPerSample, [8]],
  [TiffTag.photometricInterpretation, [1]],
]

async function failureOf(bytes: Uint8Array, signal?: AbortSignal): Promise<KairosError> {
  const error: unknown = await readPicture(bytes, { signal }).catch((error: unknown) => error)
  if (KairosError.is(error)) return error
  throw new Error('a KairosError was expected', { cause: error })
}

describe('readTiffDirectory', () => {
  it('reads no value that nobody asks for', () => {
    const file = tiffOf([...grey(1, 1), [TiffTag.colorMap, Array.from({ length: 10_000 }, () => 7)]], Buffer.alloc(0))
    let reads = 0
    const view = new (class extends DataView<ArrayBuffer> {
      override getUint16(...args: [number, boolean?]): number {
        reads++
        return super.getUint16(...args)
      }
      override getUint32(...args: [number, boolean?]): number {
        reads++
        return super.getUint32(...args)
      }
    })(new Uint8Array(file).buffer)
    const { fields } = readTiffDirectory(view)
    expect(reads).toBeLessThan(30)
    const colorMap = fields.get(TiffTag.colorMap)
    expect([colorMap?.count, colorMap?.at(9_999), colorMap?.at(10_000)]).toEqual([10_000, 7, undefined])
  })

  it('takes the first of two entries with one tag', () => {
    const file = tiffOf([...grey(3, 4), [TiffTag.imageWidth, [60_000]]], Buffer.alloc(0))
    const { fields } = readTiffDirectory(new DataView(new Uint8Array(file).buffer))
    expect(fields.get(TiffTag.imageWidth)?.at(0)).toBe(3)
  })
})

describe('readPicture of a TIFF file', () => {
  it('refuses one that hides how large it is behind a list of widths', async () => {
    const file = tiffOf(
      [
        [TiffTag.imageWidth, [60_000, 1]],
        [TiffTag.imageLength, [60_000]],
      ],
      Buffer.alloc(0),
    )
    expect((await failureOf(file)).code).toBe('input/too-large')
  })

  it('reads tiles that reach beyond the picture', async () => {
    const [left, right] = [new Uint8Array(256).fill(50), new Uint8Array(256).fill(200)]
    const tiles: Entry[] = [
      [TiffTag.tileWidth, [16]],
      [TiffTag.tileLength, [16]],
      [TiffTag.tileOffsets, [0, 256]],
      [TiffTag.tileByteCounts, [256, 256]],
    ]
    const [picture] = await readPicture(tiffOf([...grey(18, 2), ...tiles], Buffer.concat([left, right])))
    const row = [...new Array<number>(16).fill(50), 200, 200]
    expect([...picture.grey]).toEqual([...row, ...row])
  })

  it('refuses tiles that are far larger in all than the picture', async () => {
    const tiles: Entry[] = [
      [TiffTag.tileWidth, [1_000_000]],
      [TiffTag.tileLength, [1]],
      [TiffTag.tileOffsets, Array.from({ length: 20 }, () => 0)],
    ]
    const file = tiffOf([...grey(1, 20), ...tiles], Buffer.alloc(1_000_000))
    expect((await failureOf(file)).message).toContain('20 strips of 1000000 × 1 are too many')
  })

  it('reads a last strip that was padded to the height of the others', async () => {
    const strip = deflateSync(new Uint8Array(200 * 1_000).fill(90))
    const strips: Entry[] = [
      [TiffTag.compression, [8]],
      [TiffTag.rowsPerStrip, [200]],
      [TiffTag.stripOffsets, [0, 0]],
      [TiffTag.stripByteCounts, [strip.length, strip.length]],
    ]
    const [picture] = await readPicture(tiffOf([...grey(1_000, 201), ...strips], strip))
    expect([picture.height, new Set(picture.grey)]).toEqual([201, new Set([90])])
  })

  it('refuses pixels of more than 8 bytes', async () => {
    const entries: Entry[] = [
      [TiffTag.samplesPerPixel, [8]],
      [TiffTag.stripOffsets, [0]],
    ]
    const file = tiffOf([...grey(1, 1).with(2, [TiffTag.bitsPerSample, [16]]), ...entries], Buffer.alloc(16))
    expect((await failureOf(file)).message).toContain('8 samples per pixel do not fit')
  })

  it('lets the rest of the program go on between its strips, and stops when it is told to', async () => {
    const controller = new AbortController()
    setImmediate(() => controller.abort())
    const strips: Entry[] = [
      [TiffTag.rowsPerStrip, [1]],
      [TiffTag.stripOffsets, new Array<number>(2_000).fill(0)],
    ]
    const file = tiffOf([...grey(3_000, 2_000), ...strips], Buffer.alloc(3_000))
    expect((await failureOf(file, controller.signal)).code).toBe('aborted')
  })
})
