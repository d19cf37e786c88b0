import type { PictureFormat } from './picture-format.js'
import { readTiffDirectory, TiffTag } from './tiff-directory.js'

/** Width and height in pixels, of one frame or page. */
export interface PictureSize {
  readonly width: number
  readonly height: number
}

/**
 * The size that the header of a picture declares, without decoding it. Nothing when the header is damaged or cut off. PNM is not
 * handled here, as its decoder reads the header first anyway.
 */
export function readDeclaredSize(bytes: Uint8Array, format: Exclude<PictureFormat, 'PNM'>): PictureSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    return SIZE_READERS[format](view)
  } catch (error) {
    // DataView throws this where the file ends too early.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

const SIZE_READERS: Record<Exclude<PictureFormat, 'PNM'>, (view: DataView) => PictureSize | undefined> = {
  PNG: readPngSize,
  JPEG: readJpegSize,
  GIF: readGifSize,
  BMP: readBmpSize,
  TIFF: readTiffSize,
  WebP: readWebpSize,
}

/**
 * IHDR, always the first chunk (PNG specification, section 11.2.1).
 *
 *     Offset  Size  Field
 *     16      4     width, big-endian
 *     20      4     height
 */
function readPngSize(view: DataView): PictureSize | undefined {
  return { width: view.getUint32(16), height: view.getUint32(20) }
}

/**
 * The first start-of-frame segment (ITU-T T.81, section B.2.2).
 *
 *     Offset  Size  Field
 *     0       2     marker, FFC0 to FFCF without FFC4, FFC8 and FFCC
 *     2       2     length, big-endian, without the marker
 *     4       1     sample precision
 *     5       2     number of lines
 *     7       2     samples per line
 */
function readJpegSize(view: DataView): PictureSize | undefined {
  let offset = 2
  for (;;) {
    while (view.getUint8(offset) === 0xff && view.getUint8(offset + 1) === 0xff) offset++
    if (view.getUint8(offset) !== 0xff) return undefined
    const marker = view.getUint8(offset + 1)
    const isStandalone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)
    const isStartOfFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isStartOfFrame) return { width: view.getUint16(offset + 7), height: view.getUint16(offset + 5) }
    if (marker === 0xd9 || marker === 0xda) return undefined
    offset += isStandalone ? 2 : 2 + view.getUint16(offset + 2)
  }
}

/**
 * The logical screen descriptor (GIF89a, section 18).
 *
 *     Offset  Size  Field
 *     6       2     logical screen width, little-endian
 *     8       2     logical screen height
 */
function readGifSize(view: DataView): PictureSize | undefined {
  return { width: view.getUint16(6, true), height: view.getUint16(8, true) }
}

/**
 * BITMAPCOREHEADER (12 bytes long) or BITMAPINFOHEADER and its successors, all little-endian.
 *
 *     Offset  Size    Field
 *     14      4       size of this header
 *     18      2 or 4  width
 *     20, 22  2 or 4  height; negative where the first row is the top one
 */
function readBmpSize(view: DataView): PictureSize | undefined {
  if (view.getUint32(14, true) === 12) return { width: view.getUint16(18, true), height: view.getUint16(20, true) }
  return { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) }
}

/** The decoder reads it in the same way: no file can declare one size here and another one there. */
function readTiffSize(view: DataView): PictureSize | undefined {
  const { fields } = readTiffDirectory(view)
  return { width: fields.get(TiffTag.imageWidth)?.at(0) ?? 0, height: fields.get(TiffTag.imageLength)?.at(0) ?? 0 }
}

/**
 * The first chunk (RFC 9649, section 2.5 to 2.7), little-endian.
 *
 *     Offset  Size  Field
 *     12      4     chunk: `VP8 ` lossy, `VP8L` lossless, `VP8X` extended
 *     20            its payload
 *     VP8:  + 6     2 bytes: 14 bits width; 2 bytes: 14 bits height
 *     VP8L: + 1     14 bits width minus one; 14 bits height minus one
 *     VP8X: + 4     3 bytes: canvas width minus one; 3 bytes: canvas height minus one
 */
function readWebpSize(view: DataView): PictureSize | undefined {
  const chunk = view.getUint32(12)
  if (chunk === 0x56503820) {
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
  }
  if (chunk === 0x5650384c) {
    const bits = view.getUint32(21, true)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  if (chunk === 0x56503858) {
    const uint24 = (offset: number) => view.getUint16(offset, true) | (view.getUint8(offset + 2) << 16)
    return { width: uint24(24) + 1, height: uint24(27) + 1 }
  }
  return undefined
}
