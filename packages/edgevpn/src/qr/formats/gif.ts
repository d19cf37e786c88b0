import { createRaster, type Raster } from '../raster.js'
import { unpackLzw } from './lzw.js'

const IMAGE_SEPARATOR = 0x2c
const EXTENSION_INTRODUCER = 0x21
const TRAILER = 0x3b
const GRAPHIC_CONTROL_LABEL = 0xf9
const MAX_LZW_SAMPLE_BITS = 8

/** Samples of the logical screen that no frame has drawn yet. */
const BACKGROUND = 255

/** What the graphic control extension (GIF89a, section 23) says about the frame after it. */
interface GraphicControl {
  /** 1 leave the frame, 2 restore the background, 3 restore what was there before. */
  readonly disposal: number
  readonly transparent: number | undefined
}

const NO_CONTROL: GraphicControl = { disposal: 0, transparent: undefined }

/** A part of the logical screen, within its bounds; it may be empty. */
export interface Rectangle {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

interface ImageDescriptor extends Rectangle {
  readonly isInterlaced: boolean
  /** Shades of grey by colour index. */
  readonly palette: Uint8Array
}

/** What is shown at one time. */
export interface GifFrame {
  /** The whole logical screen. It is the same one for all frames, drawn on again for the next: copy it to keep it. */
  readonly screen: Raster
  /** Only in these rectangles it may differ from the frame before. */
  readonly touched: readonly Rectangle[]
  /** How many pixels were unpacked or touched: a measure of the time that it took. */
  readonly work: number
}

/** Samples of one image, as many as a picture may have pixels. */
const MAX_SAMPLES = 100_000_000
/** What a frame without any pixels takes, in pixels. */
const LEAST_WORK = 4_096

/**
 * Decodes the frames of a GIF picture one by one. Each costs time in proportion to its own image, not to the screen: in
 * a file of 1 KB there is room for many frames, and for a screen of many megapixels.
 *
 *     Offset  Size  Field
 *     0       6     signature and version
 *     6       2     logical screen width, little-endian
 *     8       2     logical screen height
 *     10      1     0x80 global colour table follows; 0x07 its size: 2 ^ (n + 1) entries
 *     11      2     background colour, aspect ratio
 *     13      3 n   global colour table: red, green, blue
 *             ...   blocks: 0x21 extension, 0x2c image, 0x3b trailer
 *
 * A file that is cut off ends with what there is of its last frame.
 */
export function* decodeGif(bytes: Uint8Array): Generator<GifFrame, void, undefined> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const screen = createRaster(view.getUint16(6, true), view.getUint16(8, true))
  screen.grey.fill(BACKGROUND)
  const flags = view.getUint8(10)
  const globalPalette = flags & 0x80 ? readPalette(bytes, 13, flags) : new Uint8Array(256)
  let offset = 13 + (flags & 0x80 ? tableLength(flags) : 0)
  let control = NO_CONTROL
  let dispose: Disposal | undefined
  while (offset < bytes.length && bytes[offset] !== TRAILER) {
    const block = bytes[offset++]
    if (block === EXTENSION_INTRODUCER) {
      if (bytes[offset] === GRAPHIC_CONTROL_LABEL) control = readGraphicControl(bytes, offset + 1)
      offset = skipSubBlocks(bytes, offset + 1)
      continue
    }
    if (block !== IMAGE_SEPARATOR || offset + 10 > bytes.length) return
    const localFlags = view.getUint8(offset + 8)
    const image: ImageDescriptor = {
      left: view.getUint16(offset, true),
      top: view.getUint16(offset + 2, true),
      width: view.getUint16(offset + 4, true),
      height: view.getUint16(offset + 6, true),
      isInterlaced: (localFlags & 0x40) !== 0,
      palette: localFlags & 0x80 ? readPalette(bytes, offset + 9, localFlags) : globalPalette,
    }
    offset += 9 + (localFlags & 0x80 ? tableLength(localFlags) : 0)
    const sampleBits = bytes[offset] ?? 0
    const end = skipSubBlocks(bytes, offset + 1)
    if (sampleBits < 1 || sampleBits > MAX_LZW_SAMPLE_BITS) return
    const seen = visiblePart(image, screen)
    // What lies outside of the logical screen cannot be seen, so no more rows than it has need to be unpacked, except
    // that the rows of an interlaced image come in another order.
    const samples = image.width * (image.isInterlaced ? image.height : seen.height)
    if (samples > MAX_SAMPLES) return
    const touched = dispose ? [dispose(), seen] : [seen]
    dispose = disposalOf(control.disposal, screen, seen)
    draw(screen, image, joinSubBlocks(bytes, offset + 1), { samples, sampleBits, transparent: control.transparent })
    yield {
      screen,
      touched,
      work: touched.reduce((sum, { width, height }) => sum + width * height, samples + LEAST_WORK),
    }
    control = NO_CONTROL
    offset = end
  }
}

function visiblePart({ left, top, width, height }: Rectangle, screen: Raster): Rectangle {
  const seenWidth = Math.max(0, Math.min(width, screen.width - left))
  const seenHeight = Math.max(0, Math.min(height, screen.height - top))
  return { left, top, width: seenWidth, height: seenWidth === 0 ? 0 : seenHeight }
}

/** Clears away a frame when it is the time of the next, and says where. */
type Disposal = () => Rectangle

function disposalOf(method: number, screen: Raster, place: Rectangle): Disposal | undefined {
  const { left, top, width, height } = place
  const rowAt = (y: number) =>
    screen.grey.subarray((top + y) * screen.width + left, (top + y) * screen.width + left + width)
  const forEachRow = (act: (row: Uint8Array, y: number) => void) => {
    for (let y = 0; y < height; y++) act(rowAt(y), y)
    return place
  }
  if (method === 2) return () => forEachRow((row) => row.fill(BACKGROUND))
  if (method !== 3) return undefined
  const before = new Uint8Array(width * height)
  forEachRow((row, y) => before.set(row, y * width))
  return () => forEachRow((row, y) => row.set(before.subarray(y * width, (y + 1) * width)))
}

const tableLength = (flags: number) => 3 << ((flags & 7) + 1)

function readPalette(bytes: Uint8Array, offset: number, flags: number): Uint8Array {
  const palette = new Uint8Array(256)
  for (let entry = 0, at = offset; entry < tableLength(flags) / 3; entry++, at += 3) {
    palette[entry] = (306 * (bytes[at] ?? 0) + 601 * (bytes[at + 1] ?? 0) + 117 * (bytes[at + 2] ?? 0) + 512) >> 10
  }
  return palette
}

/** Block size 4, flags (0x1c disposal, 0x01 transparency), 2 bytes of delay, transparent colour. */
function readGraphicControl(bytes: Uint8Array, offset: number): GraphicControl {
  const flags = bytes[offset + 1] ?? 0
  return { disposal: (flags >> 2) & 7, transparent: flags & 1 ? bytes[offset + 4] : undefined }
}

/** Sub-blocks (section 15) begin with their length; one of length 0 is the last. */
function skipSubBlocks(bytes: Uint8Array, from: number): number {
  let offset = from
  while (offset < bytes.length && bytes[offset] !== 0) offset += 1 + (bytes[offset] as number)
  return offset + 1
}

function joinSubBlocks(bytes: Uint8Array, from: number): Uint8Array {
  const parts: Uint8Array[] = []
  for (let offset = from; offset < bytes.length && bytes[offset] !== 0; offset += 1 + (bytes[offset] as number)) {
    parts.push(bytes.subarray(offset + 1, offset + 1 + (bytes[offset] as number)))
  }
  return Buffer.concat(parts)
}

/** First row and distance of the rows in each pass of an interlaced image (appendix E). */
const PASSES = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
] as const

interface Packing {
  /** How many samples there are to unpack at most. */
  readonly samples: number
  readonly sampleBits: number
  readonly transparent: number | undefined
}

function draw(screen: Raster, image: ImageDescriptor, packed: Uint8Array, packing: Packing): void {
  const { sampleBits, transparent } = packing
  const samples = new Uint8Array(Math.min(packing.samples, packed.length * 4_096))
  const count = unpackLzw(packed, samples, { sampleBits, order: 'lowest-first', widensEarly: false })
  let at = 0
  for (const [first, distance] of image.isInterlaced ? PASSES : ([[0, 1]] as const)) {
    for (let row = first; row < image.height && at < count; row += distance, at += image.width) {
      const y = image.top + row
      if (y >= screen.height) continue
      const visible = Math.min(image.width, screen.width - image.left, count - at)
      for (let column = 0; column < visible; column++) {
        const sample = samples[at + column] as number
        if (sample === transparent) continue
        screen.grey[y * screen.width + image.left + column] = image.palette[sample] as number
      }
    }
  }
}
