import { inflateSync } from 'node:zlib'
import type { ColourPicture } from './grey.js'
import { unpackLzw } from './lzw.js'

/** Tags of an image file directory (TIFF 6.0, appendix A). */
const Tag = {
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometricInterpretation: 262,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planarConfiguration: 284,
  predictor: 317,
  colorMap: 320,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
} as const

const Photometric = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, cmyk: 5 } as const

const Compression = { none: 1, lzw: 5, deflate: 8, oldDeflate: 32_946, packBits: 32_773 } as const

const MAX_SAMPLES_PER_PIXEL = 8
/** Tiles may reach beyond the picture, but one that is so much larger is an attack on our memory. */
const MAX_TILE_PIXELS = 16_000_000

/** Bytes of the types BYTE and SHORT, and LONG; others have no place in the tags above. */
const TYPE_BYTES: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4 }

interface Layout {
  readonly little: boolean
  readonly width: number
  readonly height: number
  readonly bits: number
  readonly samples: number
  readonly compression: number
  readonly photometric: number
  readonly hasPredictor: boolean
  readonly colorMap: readonly number[]
}

/** A strip or a tile: a piece of the picture that is compressed by itself. */
interface Segment {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly rows: number
  readonly packed: Uint8Array
}

/**
 * Decodes the first page of a TIFF file (TIFF 6.0) of the kinds that screenshots and scans come in: 1 to 16 bits grey,
 * palette, RGB with or without opacity, CMYK; strips or tiles; uncompressed, PackBits, LZW or Deflate.
 *
 * @throws Error that says in what way it is another, or damaged; RangeError where it ends too early
 */
export function decodeTiff(bytes: Uint8Array): ColourPicture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const little = view.getUint8(0) === 0x49
  const tags = readDirectory(view, view.getUint32(4, little), little)
  const layout = layoutOf(tags, little)
  const data = new Uint8Array(4 * layout.width * layout.height)
  for (const segment of segmentsOf(bytes, tags, layout)) {
    paint(data, layout, segment, unpackSegment(segment, layout))
  }
  return { width: layout.width, height: layout.height, data }
}

type Tags = ReadonlyMap<number, readonly number[]>

function readDirectory(view: DataView, offset: number, little: boolean): Tags {
  const known = new Set<number>(Object.values(Tag))
  const tags = new Map<number, readonly number[]>()
  const entries = view.getUint16(offset, little)
  for (let entry = offset + 2; entry < offset + 2 + 12 * entries; entry += 12) {
    const tag = view.getUint16(entry, little)
    const size = TYPE_BYTES[view.getUint16(entry + 2, little)]
    const count = view.getUint32(entry + 4, little)
    if (!known.has(tag) || size === undefined) continue
    if (count * size > view.byteLength) throw new Error(`tag ${tag} has more values than the file has bytes`)
    const from = count * size <= 4 ? entry + 8 : view.getUint32(entry + 8, little)
    const values = Array.from({ length: count }, (_, number) => {
      const at = from + number * size
      if (size === 1) return view.getUint8(at)
      return size === 2 ? view.getUint16(at, little) : view.getUint32(at, little)
    })
    tags.set(tag, values)
  }
  return tags
}

function layoutOf(tags: Tags, little: boolean): Layout {
  const value = (tag: number, otherwise: number) => tags.get(tag)?.[0] ?? otherwise
  const layout = {
    little,
    width: value(Tag.imageWidth, 0),
    height: value(Tag.imageLength, 0),
    bits: value(Tag.bitsPerSample, 1),
    samples: value(Tag.samplesPerPixel, 1),
    compression: value(Tag.compression, Compression.none),
    photometric: value(Tag.photometricInterpretation, Photometric.whiteIsZero),
    hasPredictor: value(Tag.predictor, 1) === 2,
    colorMap: tags.get(Tag.colorMap) ?? [],
  }
  const { bits, samples, photometric } = layout
  if (![1, 2, 4, 8, 16].includes(bits)) throw new Error(`samples of ${bits} bits are not supported`)
  const least = photometric === Photometric.rgb ? 3 : photometric === Photometric.cmyk ? 4 : 1
  if (samples < least || samples > MAX_SAMPLES_PER_PIXEL) throw new Error(`${samples} samples per pixel do not fit`)
  if (!(Object.values(Photometric) as number[]).includes(photometric)) {
    throw new Error(`colours of kind ${photometric} are not supported`)
  }
  if (photometric === Photometric.palette && layout.colorMap.length < 3 << bits) throw new Error('its palette is short')
  if (samples > 1 && value(Tag.planarConfiguration, 1) !== 1) throw new Error('colours in planes are not supported')
  return layout
}

function* segmentsOf(bytes: Uint8Array, tags: Tags, { width, height }: Layout): Generator<Segment, void, undefined> {
  const isTiled = tags.has(Tag.tileWidth)
  const segmentWidth = isTiled ? (tags.get(Tag.tileWidth)?.[0] ?? 0) : width
  const rowsPerStrip = Math.min(height, tags.get(Tag.rowsPerStrip)?.[0] ?? height)
  const rows = isTiled ? (tags.get(Tag.tileLength)?.[0] ?? 0) : rowsPerStrip
  const offsets = tags.get(isTiled ? Tag.tileOffsets : Tag.stripOffsets) ?? []
  const lengths = tags.get(isTiled ? Tag.tileByteCounts : Tag.stripByteCounts) ?? []
  if (segmentWidth < 1 || rows < 1) throw new Error('its strips are empty')
  if (isTiled && segmentWidth * rows > MAX_TILE_PIXELS)
    throw new Error(`tiles of ${segmentWidth} × ${rows} are too large`)
  let number = 0
  for (let top = 0; top < height; top += rows) {
    for (let left = 0; left < width; left += segmentWidth) {
      const offset = offsets[number]
      if (offset === undefined) throw new Error(`strip ${number + 1} is missing`)
      const length = lengths[number] ?? bytes.length
      if (offset >= bytes.length) throw new Error(`strip ${number + 1} lies beyond the end of the file`)
      const packed = bytes.subarray(offset, offset + length)
      yield { left, top, width: segmentWidth, rows: isTiled ? rows : Math.min(rows, height - top), packed }
      number++
    }
  }
}

function unpackSegment({ width, rows, packed }: Segment, layout: Layout): Uint8Array {
  const expected = Math.ceil((width * layout.samples * layout.bits) / 8) * rows
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
      // Some writers pad the last strip, so there may be more than is expected.
      const target = inflateSync(packed, { maxOutputLength: 2 * expected + 65_536 })
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

function paint(data: Uint8Array, layout: Layout, segment: Segment, unpacked: Uint8Array): void {
  const { width, height, samples } = layout
  const stride = Math.ceil((segment.width * samples * layout.bits) / 8)
  const row = new Uint16Array(segment.width * samples)
  for (let y = 0; y < segment.rows && segment.top + y < height; y++) {
    readRow(unpacked.subarray(y * stride, (y + 1) * stride), row, layout)
    let to = 4 * ((segment.top + y) * width + segment.left)
    for (let x = 0; x < segment.width && segment.left + x < width; x++, to += 4) {
      paintPixel(data, to, row, x * samples, layout)
    }
  }
}

/** The samples of a row, as the numbers that they are stored as. */
function readRow(bytes: Uint8Array, row: Uint16Array, { bits, little, hasPredictor, samples }: Layout): void {
  const mask = (1 << bits) - 1
  for (let at = 0; at < row.length; at++) {
    if (bits === 16) {
      const one = bytes[2 * at] as number
      const other = bytes[2 * at + 1] as number
      row[at] = little ? one | (other << 8) : (one << 8) | other
    } else {
      const bit = at * bits
      row[at] = ((bytes[bit >> 3] as number) >> (8 - bits - (bit & 7))) & mask
    }
    // Horizontal differencing (section 14): a sample is stored as its difference from the one to its left.
    if (hasPredictor && at >= samples) row[at] = ((row[at] as number) + (row[at - samples] as number)) & mask
  }
}

function paintPixel(data: Uint8Array, to: number, row: Uint16Array, at: number, layout: Layout): void {
  const most = (1 << layout.bits) - 1
  const sample = (number: number) => (255 * (row[at + number] as number)) / most
  const { photometric, samples, colorMap } = layout
  let colours = 1
  if (photometric === Photometric.rgb) {
    for (colours = 0; colours < 3; colours++) data[to + colours] = sample(colours)
  } else if (photometric === Photometric.cmyk) {
    const light = 255 - sample(3)
    for (colours = 0; colours < 3; colours++) data[to + colours] = ((255 - sample(colours)) * light) / 255
    colours = 4
  } else if (photometric === Photometric.palette) {
    for (let colour = 0; colour < 3; colour++) {
      data[to + colour] = (colorMap[colour * (most + 1) + (row[at] as number)] as number) >> 8
    }
  } else {
    const shade = photometric === Photometric.whiteIsZero ? 255 - sample(0) : sample(0)
    data.fill(shade, to, to + 3)
  }
  // What follows the colours is opacity, if there is anything (section 18).
  data[to + 3] = samples > colours ? sample(colours) : 255
}
