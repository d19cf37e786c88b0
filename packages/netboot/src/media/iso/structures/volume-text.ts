import type { ByteReader } from '../../../bytes/reader.js'
import type { ByteWriter } from '../../../bytes/writer.js'

/**
 * How identifiers of a tree are written: bytes of ISO 646 (read as Latin-1, so that nothing is lost), or UCS-2
 * big-endian as Joliet has them (Joliet specification, "SVD Identifier Strings").
 */
export type VolumeCharset = 'latin1' | 'ucs2'

export function decodeIdentifier(bytes: Uint8Array, charset: VolumeCharset): string {
  if (charset === 'latin1') return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  let text = ''
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    text += String.fromCharCode(((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0))
  }
  return text
}

export function encodeIdentifier(text: string, charset: VolumeCharset): Uint8Array {
  if (charset === 'latin1') return Buffer.from(text, 'latin1')
  const bytes = new Uint8Array(text.length * 2)
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    bytes[2 * i] = unit >> 8
    bytes[2 * i + 1] = unit & 0xff
  }
  return bytes
}

/** An identifier field of a volume descriptor, without the spaces (or zeros) that fill it. */
export function readVolumeText(reader: ByteReader, length: number, charset: VolumeCharset, field: string): string {
  const text = decodeIdentifier(reader.bytes(length, field), charset)
  return text.replace(/[\0 ]+$/, '')
}

export function writeVolumeText(
  writer: ByteWriter,
  text: string,
  length: number,
  charset: VolumeCharset,
  field: string,
): void {
  if (charset === 'latin1') {
    writer.latin1(text, length, field, 0x20)
    return
  }
  // A field of odd length has a zero byte after its last whole character.
  const padded = text.padEnd(Math.floor(length / 2), ' ')
  writer.bytes(encodeIdentifier(padded, 'ucs2'), field).skip(length % 2, field)
}
