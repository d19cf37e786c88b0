import { KairosError } from '@kairos-sdk/core'
import { createRaster, type Raster } from '../raster.js'
import type { PictureSize } from './picture-size.js'

/**
 * The header of a portable anymap (netpbm's pbm(5), pgm(5) and ppm(5)): text of white space and comments between
 *
 *     magic    P1, P2, P3 in decimal numbers; P4, P5, P6 in bytes
 *     width    decimal
 *     height   decimal
 *     maximum  decimal, the value of white; not in P1 and P4
 *
 * and then one byte of white space before the samples.
 */
export interface AnymapHeader extends PictureSize {
  readonly kind: number
  /** The value of full brightness, 1 to 65,535. */
  readonly maximum: number
  /** Where the samples begin. */
  readonly dataOffset: number
}

const NUMBER_SIGN = 0x23
const ZERO = 0x30

const isSpace = (byte: number | undefined) => byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d)

/**
 * Reads the header.
 *
 * @returns `undefined` when it is cut off or damaged
 */
export function readAnymapHeader(bytes: Uint8Array): AnymapHeader | undefined {
  const kind = (bytes[1] ?? 0) - ZERO
  const numbers: number[] = []
  let offset = 2
  const needed = kind === 1 || kind === 4 ? 2 : 3
  while (numbers.length < needed) {
    offset = skipSpace(bytes, offset)
    let value = 0
    const start = offset
    while (isDigit(bytes[offset]) && value < 1e9) value = value * 10 + (bytes[offset++] as number) - ZERO
    numbers.push(value)
    const isComment = bytes[offset] === NUMBER_SIGN && numbers.length < needed
    if (offset === start || !(isSpace(bytes[offset]) || isComment)) return undefined
  }
  const [width = 0, height = 0, maximum = 1] = numbers
  if (maximum < 1 || maximum > 65_535) return undefined
  return { kind, width, height, maximum, dataOffset: offset + 1 }
}

const isDigit = (byte: number | undefined) => byte !== undefined && byte >= ZERO && byte <= ZERO + 9

/** Past white space and comments, which reach from a number sign to the end of the line. */
function skipSpace(bytes: Uint8Array, from: number): number {
  let offset = from
  for (;;) {
    if (isSpace(bytes[offset])) offset++
    else if (bytes[offset] === NUMBER_SIGN) while (offset < bytes.length && bytes[offset] !== 0x0a) offset++
    else return offset
  }
}

/** How many bytes the samples of a binary anymap take, or undefined for the decimal kinds. */
export function anymapDataLength(header: AnymapHeader): number | undefined {
  if (header.kind < 4) return undefined
  if (header.kind === 4) return Math.ceil(header.width / 8) * header.height
  return header.width * header.height * (header.kind === 6 ? 3 : 1) * (header.maximum > 255 ? 2 : 1)
}

/**
 * Decodes a portable anymap of any of the six kinds, as hypervisors dump their screens.
 *
 * @throws KairosError `qr/not-a-picture` when samples are missing
 */
export function decodeAnymap(bytes: Uint8Array, header: AnymapHeader, name: string): Raster {
  const raster = createRaster(header.width, header.height)
  const expected = anymapDataLength(header)
  const data = bytes.subarray(header.dataOffset)
  if (expected !== undefined && data.length < expected)
    throw cutOff(name, header, `${data.length} of ${expected} bytes`)
  if (header.kind === 4) return readBits(data, raster)
  const perPixel = header.kind === 3 || header.kind === 6 ? 3 : 1
  const next = expected === undefined ? decimalSamples(data, header) : byteSamples(data, header)
  for (let at = 0; at < raster.grey.length; at++) {
    const red = next()
    const shade = perPixel === 1 ? red : (306 * red + 601 * next() + 117 * next()) / 1024
    if (Number.isNaN(shade)) throw cutOff(name, header, `${at} of ${raster.grey.length} pixels`)
    raster.grey[at] = Math.min(255, Math.round((shade * 255) / header.maximum))
  }
  return raster
}

function cutOff(name: string, header: AnymapHeader, found: string): KairosError {
  return new KairosError(
    'qr/not-a-picture',
    `${name} is cut off: a picture of ${header.width} × ${header.height} pixels was expected, ${found} of it are there.`,
    { hint: 'Wait until the file is complete, or make it again.' },
  )
}

/** P4: a bit for each pixel, 1 is black, rows padded to bytes. */
function readBits(data: Uint8Array, raster: Raster): Raster {
  const stride = Math.ceil(raster.width / 8)
  for (let y = 0, at = 0; y < raster.height; y++) {
    for (let x = 0; x < raster.width; x++, at++) {
      const bit = ((data[y * stride + (x >> 3)] as number) >> (7 - (x & 7))) & 1
      raster.grey[at] = bit === 1 ? 0 : 255
    }
  }
  return raster
}

function byteSamples(data: Uint8Array, header: AnymapHeader): () => number {
  let offset = 0
  if (header.maximum < 256) return () => data[offset++] as number
  return () => {
    offset += 2
    return ((data[offset - 2] as number) << 8) | (data[offset - 1] as number)
  }
}

/** The decimal kinds; NaN where the numbers end. The bits of P1 need no space between them, and 1 is black. */
function decimalSamples(data: Uint8Array, header: AnymapHeader): () => number {
  let offset = 0
  return () => {
    offset = skipSpace(data, offset)
    if (!isDigit(data[offset])) return Number.NaN
    if (header.kind === 1) return (data[offset++] as number) === ZERO ? 1 : 0
    let value = 0
    while (isDigit(data[offset]) && value < 1e6) value = value * 10 + (data[offset++] as number) - ZERO
    return value
  }
}
