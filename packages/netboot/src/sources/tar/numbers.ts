/** What a numeric field holds: `undefined` when it is no number. */
export type FieldValue = number | undefined

/**
 * A numeric field of a tar header: octal digits (POSIX pax, "ustar Interchange Format"), or, where the first bit is set, a
 * two's complement big-endian number (GNU's base-256). Empty is 0. Numbers above 2^53 are not numbers to us.
 */
export function decodeNumber(field: Uint8Array): FieldValue {
  const first = field[0] ?? 0
  return (first & 0x80) === 0 ? decodeOctal(field) : decodeBase256(field)
}

function decodeOctal(field: Uint8Array): FieldValue {
  let at = 0
  while (at < field.length && (field[at] === 0x20 || field[at] === 0)) at++
  let value = 0
  for (; at < field.length; at++) {
    const digit = (field[at] ?? 0) - 0x30
    if (digit < 0 || digit > 7) break
    value = value * 8 + digit
  }
  // Digits end at a space or NUL; what follows it some writers leave behind.
  const end = field[at]
  if (end !== undefined && end !== 0x20 && end !== 0) return undefined
  return Number.isSafeInteger(value) ? value : undefined
}

function decodeBase256(field: Uint8Array): FieldValue {
  const isNegative = ((field[0] ?? 0) & 0x40) !== 0
  let value = isNegative ? (field[0] ?? 0) - 0x100 : (field[0] ?? 0) & 0x3f
  for (const byte of field.subarray(1)) {
    value = value * 256 + byte
    if (!Number.isSafeInteger(value)) return undefined
  }
  return value
}

/** Octal digits that fill a field but for its last byte, a NUL; `undefined` when the number does not fit. */
export function encodeOctal(value: number, size: number): Uint8Array | undefined {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 8 ** (size - 1)) return undefined
  return Buffer.from(`${value.toString(8).padStart(size - 1, '0')}\0`, 'latin1')
}
