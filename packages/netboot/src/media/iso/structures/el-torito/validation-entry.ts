import { ByteWriter } from '../../../../bytes/writer.js'
import { structureReader } from '../structure-reader.js'

/**
 * Validation entry: the first of a boot catalog (El Torito 1.0 section 2.1).
 *
 *     Offset  Size  Field
 *     0       1     header identifier, 1
 *     1       1     platform
 *     2       2     reserved
 *     4       24    identifier of the maker
 *     28      2     checksum: all 16-bit little-endian words of the entry add up to 0
 *     30      2     0x55, 0xAA
 */
export interface ValidationEntry {
  /** One of {@link Platform}; firmware of UEFI takes any. */
  readonly platform: number
  readonly identifier: string
}

export const CATALOG_ENTRY_SIZE = 32
export const VALIDATION_HEADER = 1

/** Platforms of boot catalog headers (El Torito 1.0 section 2.1; UEFI specification section 13.3.2.1). */
export const Platform = { x86: 0, powerPc: 1, mac: 2, efi: 0xef } as const

/** @throws KairosError `iso/damaged` */
export function decodeValidationEntry(bytes: Uint8Array, origin = 0): ValidationEntry {
  const reader = structureReader(bytes, 'El Torito validation entry', origin)
  const entry = structureReader(reader.bytes(CATALOG_ENTRY_SIZE, 'entry'), 'El Torito validation entry', origin)
  const header = entry.uint8('header identifier')
  const platform = entry.uint8('platform')
  entry.skip(2, 'reserved')
  const identifier = entry.latin1(24, 'identifier').replace(/[\0 ]+$/, '')
  entry.skip(2, 'checksum')
  const key = entry.uint16('key bytes')
  if (header !== VALIDATION_HEADER || key !== 0x55aa) {
    throw entry.error(`header 1 and key bytes 55 AA expected at offset ${origin}, header ${header} found`)
  }
  const sum = sumOfWords(bytes)
  if (sum !== 0) throw entry.error(`words that add up to 0 expected at offset ${origin}, ${sum} found`)
  return { platform, identifier }
}

export function encodeValidationEntry(entry: ValidationEntry): Uint8Array {
  const bytes = new ByteWriter(CATALOG_ENTRY_SIZE, 'El Torito validation entry')
    .uint8(VALIDATION_HEADER, 'header identifier')
    .uint8(entry.platform, 'platform')
    .skip(2, 'reserved')
    .latin1(entry.identifier, 24, 'identifier')
    .skip(2, 'checksum')
    .uint16(0x55aa, 'key bytes').written
  const checksum = (0x10000 - sumOfWords(bytes)) & 0xffff
  bytes[28] = checksum & 0xff
  bytes[29] = checksum >> 8
  return bytes
}

function sumOfWords(bytes: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < CATALOG_ENTRY_SIZE; at += 2) sum += (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
  return sum & 0xffff
}
