import { setImmediate as nextTurn } from 'node:timers/promises'
import { inflateSync } from 'node:zlib'
import { throwIfAborted } from '@kairos-sdk/core'
import type { ColourPicture } from './grey.js'
import { unpackLzw } from './lzw.js'
import { Photometric, type PixelLayout, type RowPainter, rowPainterFor } from './tiff-colours.js'
import { readTiffDirectory, type TiffDirectory, TiffTag } from './tiff-directory.js'

const Compression = { none: 1, lzw: 5, deflate: 8, oldDeflate: 32_946, packBits: 32_773 } as const

const MAX_BITS_PER_PIXEL = 64
const MAX_TILE_PIXELS = 16_000_000
const MAX_UNSEEN_PIXELS = 16_000_000
/** What a strip or tile of a few pixels takes, in pixels. */
const LEAST_SEGMENT_PIXELS = 256
/** After so many pixels the rest of the program gets its turn. */
const PIXELS_OF_A_TURN = 4_000_000

interface Layout extends PixelLayout {
  readonly little: boolean
  readonly width: number
  readonly height: number
  readonly compression: number
  readonly hasPredictor: boolean
}

/** A strip or a tile: a piece of the picture that is compressed by itself. */
interface Segment {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly rows: number
  /** Some writers pad the last strip to the height of the others. */
  readonly paddedRows: number
  readonly packed: Uint8Array
}

export interface DecodeTiffOptions {
  /** What to call the picture in messages. */
  readonly name: string
  readonly signal: AbortSignal | undefined
}

/**
 * Decodes the first page of a TIFF file (TIFF 6.0) of the kinds that screenshots and scans come in: 1 to 16 bits grey,
 * palette, RGB with or without opacity, CMYK; strips or tiles; uncompressed, PackBits, LZW or Deflate.
 *
 * @throws KairosError `aborted`
 * @throws Error that says in what way it is another, or damaged; RangeError where it ends too early
 */
export async function decodeTiff(bytes: Uint8Array, { name, signal }: DecodeTiffOptions): Promise<ColourPicture> {
  const directory = readTiffDirectory(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  const layout = layoutOf(directory)
  const data = new Uint8Array(4 * layout.width * layout.height)
  const painter = rowPainterFor(layout)
  let pixels = 0
  for (const segment of segmentsOf(bytes, directory, layout)) {
    paint(data, layout, segment, unpackSegment(segment, layout), painter)
    pixels += Math.max(segment.width * segment.rows, LEAST_SEGMENT_PIXELS)
    if (pixels < PIXELS_OF_A_TURN) continue
    pixels = 0
    await nextTurn()
    throwIfAborted(signal, `Reading ${name}`)
  }
  return { width: layout.width, height: layout.height, data }
}

function layoutOf({ little, fields }: TiffDirectory): Layout {
  const value = (tag: number, otherwise: number) => fields.get(tag)?.at(0) ?? otherwise
  const bits = value(TiffTag.bitsPerSample, 1)
  const samples = value(TiffTag.samplesPerPixel, 1)
  const photometric = value(TiffTag.photometricInterpretation, Photometric.whiteIsZero)
  if (![1, 2, 4, 8, 16].includes(bits)) throw new Error(`samples of ${bits} bits are not supported`)
  const least = photometric === Photometric.rgb ? 3 : photometric === Photometric.cmyk ? 4 : 1
  if (samples < least || samples * bits > MAX_BITS_PER_PIXEL) throw new Error(`${samples} samples per pixel do not fit`)
  if (!(Object.values(Photometric) as number[]).includes(photometric)) {
    throw new Error(`colours of kind ${photometric} are not supported`)
  }
  if (samples > 1 && value(TiffTag.planarConfiguration, 1) !== 1) throw new Error('colours in planes are not supported')
  return {
    little,
    width: value(TiffTag.imageWidth, 0),
    height: value(TiffTag.imageLength, 0),
    bits,
    samples,
    compression: value(TiffTag.compression, Compression.none),
    photometric,
    hasPredictor: value(TiffTag.predictor, 1) === 2,
    colorMap: photometric === Photometric.palette ? readColorMap({ little, fields }, 3 << bits) : [],
  }
}

function readColorMap({ fields }: TiffDirectory, length: number): number[] {
  const field = fields.get(TiffTag.colorMap)
  if (!field || field.count < length) throw new Error('its palette is short')
  return Array.from({ length }, (_, index) => field.at(index) as number)
}

function* segmentsOf(
  bytes: Uint8Array,
  { fields }: TiffDirectory,
  { width, height }: Layout,
): Generator<Segment, void, undefined> {
  const isTiled = fields.has(TiffTag.tileWidth)
  const segmentWidth = isTiled ? (fields.get(TiffTag.tileWidth)?.at(0) ?? 0) : width
  const rowsPerStrip = Math.min(fields.get(TiffTag.rowsPerStrip)?.at(0) ?? height, 2 * height)
  const rows = isTiled ? (fields.get(TiffTag.tileLength)?.at(0) ?? 0) : rowsPerStrip
  const offsets = fields.get(isTiled ? TiffTag.tileOffsets : TiffTag.stripOffsets)
  const lengths = fields.get(isTiled ? TiffTag.tileByteCounts : TiffTag.stripByteCounts)
  if (segmentWidth < 1 || rows < 1) throw new Error('its strips are empty')
  if (isTiled && segmentWidth * rows > MAX_TILE_PIXELS)
    throw new Error(`tiles of ${segmentWidth} × ${rows} are too large`)
  checkEffort(segmentWidth, rows, width, height)
  let number = 0
  for (let top = 0; top < height; top += rows) {
    for (let left = 0; left < width; left += segmentWidth) {
      const offset = offsets?.at(number)
      if (offset === undefined) throw new Error(`strip ${number + 1} is missing`)
      const length = lengths?.at(number) ?? bytes.length
      if (offset >= bytes.length) throw new Error(`strip ${number + 1} lies beyond the end of the file`)
      const packed = bytes.subarray(offset, offset + length)
      const ownRows = isTiled ? rows : Math.min(rows, height - top)
      yield { left, top, width: segmentWidth, rows: ownRows, paddedRows: rows, packed }
      number++
    }
  }
}

/** Tiles reach beyond the picture, but not far. Where the most of what would be unpacked is not seen, it is an attack. */
function checkEffort(segmentWidth: number, rows: number, width: number, height: number): void {
  const segments = Math.ceil(width / segmentWidth) * Math.ceil(height / rows)
  const pixels = segments * Math.max(segmentWidth * rows, LEAST_SEGMENT_PIXELS)
  if (pixels <= 4 * width * height + MAX_UNSEEN_PIXELS) return
  throw new Error(`${segments} strips of ${segmentWidth} × ${rows} are too many`)
}

function unpackSegment({ width, rows, paddedRows, packed }: Segment, layout: Layout): Uint8Array {
  const stride = Math.ceil((width * layout.samples * layout.bits) / 8)
  const expected = stride * rows
  switch (layout.compression) {
    case Compression.none:
      if (packed.length < expected) throw new Error(`a strip has ${packed.length} of ${expected} bytes`)
      return packed
    case Compression.lzw: {
      const target = new Uint8Array(expected)
      const count = unpackLzw(packed, target, { sampleBits: 8, order: 'highest-first', widensEarly: true })
      if (count < expected) throw new Error(`a strip unpacks to ${count} of ${expected} bytes`)
      return target
    }
    case Compression.deflate:
    case Compression.oldDeflate: {
      const target = inflateSync(packed, { maxOutputLength: stride * paddedRows + 65_536 })
      if (target.length < expected) throw new Error(`a strip unpacks to ${target.length} of ${expected} bytes`)
      return target
    }
    case Compression.packBits:
      return unpackBits(packed, expected)
    default:
      throw new Error(`compression ${layout.compression} is not supported`)
  }
}

/** PackBits (section 9): a signed byte n, then n + 1 bytes as they are, or one byte that stands for 1 - n. */
function unpackBits(packed: Uint8Array, expected: number): Uint8Array {
  const target = new Uint8Array(expected)
  let written = 0
  for (let offset = 0; offset < packed.length && written < expected; ) {
    const head = packed[offset++] as number
    if (head === 128) continue
    const count = Math.min(head < 128 ? head + 1 : 257 - head, expected - written)
    if (head < 128) {
      target.set(packed.subarray(offset, offset + count), written)
      offset += head + 1
    } else {
      target.fill(packed[offset++] ?? 0, written, written + count)
    }
    written += count
  }
  if (written < expected) throw new Error(`a strip unpacks to ${written} of ${expected} bytes`)
  return target
}

function paint(data: Uint8Array, layout: Layout, segment: Segment, unpacked: Uint8Array, painter: RowPainter): void {
  const { width, height, samples } = layout
  const stride = Math.ceil((segment.width * samples * layout.bits) / 8)
  const row = new Uint16Array(Math.min(segment.width, width - segment.left) * samples)
  for (let y = 0; y < segment.rows && segment.top + y < height; y++) {
    readRow(unpacked.subarray(y * stride, (y + 1) * stride), row, layout)
    painter(row, data, 4 * ((segment.top + y) * width + segment.left))
  }
}

/** The samples of a row, as the numbers that they are stored as. */
function readRow(bytes: Uint8Array, row: Uint16Array, { bits, little, hasPredictor, samples }: Layout): void {
  const mask = (1 << bits) - 1
  if (bits === 8) {
    row.set(bytes.subarray(0, row.length))
  } else if (bits === 16) {
    for (let at = 0, from = 0; at < row.length; at++, from += 2) {
      const one = bytes[from] as number
      const other = bytes[from + 1] as number
      row[at] = little ? one | (other << 8) : (one << 8) | other
    }
  } else {
    for (let at = 0, bit = 0; at < row.length; at++, bit += bits) {
      row[at] = ((bytes[bit >> 3] as number) >> (8 - bits - (bit & 7))) & mask
    }
  }
  if (!hasPredictor) return
  // Horizontal differencing (section 14): a sample is stored as its difference from the one to its left.
  for (let at = samples; at < row.length; at++) row[at] = ((row[at] as number) + (row[at - samples] as number)) & mask
}
