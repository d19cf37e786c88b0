import type { ByteReader } from '../../../bytes/reader.js'
import type { ByteWriter } from '../../../bytes/writer.js'

/**
 * Numbers in both byte orders, little-endian first (ECMA-119 sections 7.2.3 and 7.3.3).
 *
 * Several authoring programs got the big-endian half wrong, and no operating system looks at it: the little-endian half
 * is what counts.
 */
export function bothEndian16(reader: ByteReader, field: string): number {
  const value = reader.uint16le(field)
  reader.skip(2, field)
  return value
}

/** As {@link bothEndian16}, of 32 bits. */
export function bothEndian32(reader: ByteReader, field: string): number {
  const value = reader.uint32le(field)
  reader.skip(4, field)
  return value
}

export function writeBothEndian16(writer: ByteWriter, value: number, field: string): void {
  writer.uint16le(value, field).uint16(value, field)
}

export function writeBothEndian32(writer: ByteWriter, value: number, field: string): void {
  writer.uint32le(value, field).uint32(value, field)
}
