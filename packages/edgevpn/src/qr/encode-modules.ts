import { KairosError } from '@kairos-sdk/core'
import { encode } from 'uqr'

/** Bytes that version 40 holds at error correction level L (ISO/IEC 18004, table 7). */
const MAX_TEXT_BYTES = 2_953
const MAX_QUIET_ZONE = 16

export interface QrModules {
  /** Modules along a side, with the quiet zone. */
  readonly side: number
  /** False for light modules, in the quiet zone, and beyond. */
  readonly isDark: (x: number, y: number) => boolean
}

/**
 * Encodes a text as a QR code of error correction level L, which keeps it small as a node does it.
 *
 * @throws KairosError `argument/invalid`
 */
export function encodeModules(text: string, quietZone: number): QrModules {
  const bytes = Buffer.byteLength(text)
  if (bytes === 0 || bytes > MAX_TEXT_BYTES) {
    throw new KairosError(
      'argument/invalid',
      `A QR code holds 1 to ${MAX_TEXT_BYTES.toLocaleString('en')} bytes of text; this one has ${bytes.toLocaleString('en')}.`,
      { hint: 'Draw a token, or a shorter text.' },
    )
  }
  if (!Number.isInteger(quietZone) || quietZone < 0 || quietZone > MAX_QUIET_ZONE) {
    throw new KairosError(
      'argument/invalid',
      `The quiet zone must be 0 to ${MAX_QUIET_ZONE} modules, not ${quietZone}.`,
    )
  }
  const { data, size } = encode(text, { ecc: 'L', border: 0 })
  return {
    side: size + 2 * quietZone,
    isDark: (x, y) => data[y - quietZone]?.[x - quietZone] ?? false,
  }
}
