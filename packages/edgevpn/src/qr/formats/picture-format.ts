/** A kind of picture file, by the name that people use. */
export type PictureFormat = 'PNG' | 'JPEG' | 'GIF' | 'BMP' | 'TIFF' | 'WebP' | 'PNM'

/** What can be read, for messages. */
export const READABLE_FORMATS = 'PNG, JPEG, GIF, BMP, TIFF, WebP, PBM, PGM and PPM (plain or gzipped)'

/**
 * The first bytes of the formats. `..` in a pattern stands for any byte.
 *
 *     PNG    signature (PNG specification, section 5.2)
 *     JPEG   SOI marker and the first byte of the next marker (ITU-T T.81, annex B)
 *     GIF    signature and version (GIF89a, section 17)
 *     BMP    bfType of BITMAPFILEHEADER
 *     TIFF   byte order and 42 (TIFF 6.0, section 2)
 *     WebP   RIFF header with the form type WEBP (RFC 9649, section 2.4)
 *     PNM    magic number P1 to P6 and white space (netpbm's pbm(5), pgm(5), ppm(5))
 */
const SIGNATURES: readonly (readonly [PictureFormat, RegExp])[] = [
  ['PNG', /^89504e470d0a1a0a/],
  ['JPEG', /^ffd8ff/],
  ['GIF', /^47494638(37|39)61/],
  ['BMP', /^424d/],
  ['TIFF', /^(49492a00|4d4d002a)/],
  ['WebP', /^52494646........57454250/],
  ['PNM', /^503[1-6](09|0a|0b|0c|0d|20|23)/],
]

/** Files that people do offer, and what to do about them. */
const OTHER_KINDS: readonly (readonly [RegExp, string])[] = [
  [/^25504446/, 'This is a PDF document: save the page as PNG, or take a screenshot of it.'],
  [/^........66747970(68656963|68656978|6d696631)/, 'This is a HEIC photo: export it as JPEG.'],
  [/^........6674797061766966/, 'This is an AVIF picture: export it as PNG or JPEG.'],
  [/^........66747970/, 'This is a video: save one frame of it as PNG.'],
  [/^(3c3f786d6c|3c737667)/, 'This looks like SVG or XML: export it as PNG.'],
  [/^5037(09|0a|0d|20)/, 'This is a PAM picture: convert it to PNG.'],
]

function firstBytes(bytes: Uint8Array, count: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(count, bytes.length)).toString('hex')
}

/** The format that these bytes begin like, if it is one that can be read. */
export function identifyFormat(bytes: Uint8Array): PictureFormat | undefined {
  const start = firstBytes(bytes, 16)
  return SIGNATURES.find(([, signature]) => signature.test(start))?.[0]
}

/** True for what begins like a gzip member (RFC 1952, section 2.3.1). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** What to do with a file that is no picture of ours. */
export function adviceFor(bytes: Uint8Array): string {
  const start = firstBytes(bytes, 16)
  const known = OTHER_KINDS.find(([signature]) => signature.test(start))
  return known?.[1] ?? 'Pass a screenshot or photo of the QR code, or the token itself.'
}

/** The first four bytes as a person would look at them: `25 50 44 46 ("%PDF")`. */
export function describeStart(bytes: Uint8Array): string {
  const start = bytes.subarray(0, 4)
  const hex = [...start].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  const printable = start.length > 0 && start.every((byte) => byte >= 0x20 && byte < 0x7f)
  return printable ? `${hex} ("${String.fromCharCode(...start)}")` : hex
}
