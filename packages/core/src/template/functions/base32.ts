/** The alphabet of RFC 4648 section 6. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Base32 with padding (RFC 4648 section 6): five bytes are eight digits. */
export function encodeBase32(bytes: Uint8Array): string {
  let text = ''
  let [bits, count] = [0, 0]
  for (const byte of bytes) {
    bits = ((bits & 0x1f) << 8) | byte
    for (count += 8; count >= 5; count -= 5) text += ALPHABET[(bits >> (count - 5)) & 0x1f]
  }
  if (count > 0) text += ALPHABET[(bits << (5 - count)) & 0x1f]
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=')
}

/** The bytes, or undefined for what is not Base32 with its padding; line ends are passed over. */
export function decodeBase32(text: string): Uint8Array | undefined {
  const digits = text.replace(/[\r\n]/g, '')
  if (digits.length % 8 !== 0 || !/^[A-Z2-7]*(?:={6}|={4}|={3}|=)?$/.test(digits)) return undefined
  const bytes: number[] = []
  let [bits, count] = [0, 0]
  for (const digit of digits.replace(/=+$/, '')) {
    bits = ((bits << 5) | ALPHABET.indexOf(digit)) & 0xfff
    count += 5
    if (count < 8) continue
    count -= 8
    bytes.push((bits >> count) & 0xff)
  }
  return Uint8Array.from(bytes)
}
