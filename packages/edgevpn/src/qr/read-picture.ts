import { inflateSync } from 'node:zlib'
import { KairosError, throwIfAborted, translateError } from '@kairos-sdk/core'
import { readAnimation } from './formats/animation.js'
import { toGrey } from './formats/grey.js'
import { gunzip } from './formats/gunzip.js'
import {
  adviceFor,
  describeStart,
  identifyFormat,
  isGzip,
  type PictureFormat,
  READABLE_FORMATS,
} from './formats/picture-format.js'
import { type PictureSize, readDeclaredSize } from './formats/picture-size.js'
import { anymapDataLength, decodeAnymap, readAnymapHeader } from './formats/portable-anymap.js'
import { decodeTiff } from './formats/tiff.js'
import { decodeWebp } from './formats/webp.js'
import type { Raster } from './raster.js'

/** A wall of twelve 4K monitors. Decoding needs up to eight bytes for each pixel. */
const MAX_PIXELS = 100_000_000

/** More than any screen dump of {@link MAX_PIXELS} as decimal numbers is likely to need. */
const MAX_UNPACKED_BYTES = 512 << 20

/** The marker SOS of JPEG (ITU-T T.81, table B.1). */
const START_OF_SCAN = Buffer.from([0xff, 0xda])
const MAX_SCANS = 200

export interface ReadPictureOptions {
  /** What to call the picture in messages. Default "The picture". */
  readonly name?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Decodes a picture file to shades of grey. PNG, JPEG, GIF, BMP, TIFF (its first page), WebP (not animated) and the
 * portable anymaps PBM, PGM and PPM, each plain or gzipped.
 *
 * jimp decodes PNG, JPEG and BMP. Its decoders of GIF and TIFF never end, fill the memory or write to standard output
 * with some damaged files, so for these there are our own.
 *
 * @returns one picture, or the distinct frames of an animation
 * @throws KairosError `qr/not-a-picture` (says what the file begins with, or where it is damaged), `input/too-large`
 *   (more than 100 megapixels, or a gzip file that unpacks to more than half a gibibyte), `aborted`
 */
export async function readPicture(
  file: Uint8Array,
  options: ReadPictureOptions = {},
): Promise<readonly [Raster, ...Raster[]]> {
  const name = options.name ?? 'The picture'
  throwIfAborted(options.signal, `Reading ${name}`)
  const bytes = isGzip(file) ? await gunzip(file, (start) => unpackedLimit(start, name), name) : file
  const format = identifyFormat(bytes)
  if (format === undefined) throw notAPicture(bytes, name)
  if (format === 'PNM') return [readAnymap(bytes, name)]
  checkSize(readDeclaredSize(bytes, format), format, name)
  if (format === 'PNG') checkInterlacedPng(bytes, name)
  if (format === 'JPEG') checkJpegScans(bytes, name)
  try {
    if (format === 'GIF') return await readFrames(bytes, name, options.signal)
    if (format === 'TIFF') return [toGrey(await decodeTiff(bytes, { name, signal: options.signal }))]
    return [toGrey(format === 'WebP' ? await decodeWebp(bytes) : await decodeWithJimp(bytes))]
  } catch (error) {
    throw damaged(format, name, error)
  }
}

async function readFrames(
  bytes: Uint8Array,
  name: string,
  signal: AbortSignal | undefined,
): Promise<[Raster, ...Raster[]]> {
  const [first, ...others] = await readAnimation(bytes, { name, maxPixels: MAX_PIXELS, signal })
  if (first === undefined) throw new Error('it has no frame')
  return [first, ...others]
}

function readAnymap(bytes: Uint8Array, name: string): Raster {
  const header = readAnymapHeader(bytes)
  checkSize(header, 'PNM', name)
  return decodeAnymap(bytes, header as NonNullable<typeof header>, name)
}

/** How far a gzip file may unpack: as far as its picture needs where that can be told, with room for a comment. */
function unpackedLimit(start: Uint8Array, name: string): number {
  const format = identifyFormat(start)
  if (format === undefined) throw notAPicture(start, `${name}, unpacked,`)
  const header = format === 'PNM' ? readAnymapHeader(start) : undefined
  if (!header) return MAX_UNPACKED_BYTES
  checkSize(header, 'PNM', name)
  return (anymapDataLength(header) ?? 18 * header.width * header.height) + header.dataOffset + 65_536
}

async function decodeWithJimp(bytes: Uint8Array) {
  const { Jimp } = await import('jimp')
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // Its own limits are for 16 megapixels or so; a photo of a phone has 50. Ours were checked before.
  const { bitmap } = await Jimp.fromBuffer(buffer, {
    'image/jpeg': { maxMemoryUsageInMB: 4096, maxResolutionInMP: MAX_PIXELS / 1_000_000 },
  })
  return bitmap
}

function checkSize(size: PictureSize | undefined, format: PictureFormat, name: string): void {
  if (size === undefined) throw damaged(format, name, new Error('its header is cut off'))
  const { width, height } = size
  if (width < 1 || height < 1) throw damaged(format, name, new Error(`it declares ${width} × ${height} pixels`))
  if (width * height <= MAX_PIXELS) return
  const most = MAX_PIXELS / 1_000_000
  throw new KairosError(
    'input/too-large',
    `${name} declares ${width} × ${height} pixels; at most ${most} megapixels can be looked at.`,
    { hint: 'Crop it to the QR code, or make it smaller.' },
  )
}

/**
 * The decoder inflates interlaced pictures without a limit, others only as far as their size asks for. So an interlaced
 * one is inflated here first, with a limit: 8 bytes for each pixel, and a byte for each row of each of the 7 passes.
 */
function checkInterlacedPng(bytes: Uint8Array, name: string): void {
  const isInterlaced = bytes[28] === 1
  if (!isInterlaced) return
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const parts: Uint8Array[] = []
  for (let offset = 8; offset + 12 <= bytes.length; offset += 12 + view.getUint32(offset)) {
    if (view.getUint32(offset + 4) !== 0x49444154) continue
    parts.push(bytes.subarray(offset + 8, offset + 8 + view.getUint32(offset)))
  }
  const limit = 8 * view.getUint32(16) * view.getUint32(20) + 16 * view.getUint32(20) + 64
  try {
    inflateSync(Buffer.concat(parts), { maxOutputLength: limit })
  } catch (error) {
    throw damaged('PNG', name, error)
  }
}

/**
 * Each scan of a progressive picture goes over all of it, and takes few bytes where it changes nothing. Encoders make
 * about ten. What looks like the marker is not always one: the film that some phones put behind a photo has these two
 * bytes once in 64 KiB.
 */
function checkJpegScans(bytes: Uint8Array, name: string): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const most = MAX_SCANS + file.length / 16_384
  let scans = 0
  for (let at = file.indexOf(START_OF_SCAN); at >= 0; at = file.indexOf(START_OF_SCAN, at + 2)) {
    if (++scans > most) throw damaged('JPEG', name, new Error(`it has more than ${MAX_SCANS} scans`))
  }
}

function notAPicture(bytes: Uint8Array, name: string): KairosError {
  if (bytes.length === 0) {
    return new KairosError('qr/not-a-picture', `${name} is empty; a picture was expected.`, {
      hint: 'Take the screenshot again.',
    })
  }
  return new KairosError(
    'qr/not-a-picture',
    `${name} is not a picture that can be read. It begins with ${describeStart(bytes)}, which is none of ${READABLE_FORMATS}.`,
    { hint: adviceFor(bytes) },
  )
}

function damaged(format: PictureFormat, name: string, error: unknown): KairosError {
  if (KairosError.is(error)) return error
  const { message } = translateError(error, `${name} begins like a ${format} picture, but is damaged or cut off`)
  return new KairosError('qr/not-a-picture', message, {
    hint: 'Save or download the picture again, as PNG if you can.',
    cause: error,
  })
}
