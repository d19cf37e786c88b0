import { ByteWriter } from '../../../bytes/writer.js'
import type { OptionKind } from './option-kind.js'

export interface ClientMachineIdentifier {
  /** 0 is a UUID, the only one that is defined. */
  readonly type: number
  readonly identifier: Uint8Array
}

const UUID = 0
const UUID_BYTES = 16

/**
 * DHCP option 97, Client Machine Identifier (RFC 4578 section 2.3). Some firmwares send it empty; others count it as 17
 * bytes of zeros.
 *
 *     Offset  Size  Field
 *     0       1     type
 *     1       16    UUID
 */
export const clientMachineIdentifier: OptionKind<ClientMachineIdentifier | undefined> = {
  code: 97,
  name: 'client machine identifier',
  decode(reader) {
    if (reader.remaining === 0) return undefined
    const type = reader.uint8('type')
    const identifier = type === UUID ? reader.bytes(UUID_BYTES, 'UUID') : reader.rest()
    return { type, identifier }
  },
  encode: (value) =>
    value === undefined
      ? new Uint8Array(0)
      : new ByteWriter(1 + value.identifier.length, 'client machine identifier')
          .uint8(value.type, 'type')
          .bytes(value.identifier, 'identifier').written,
  describe: (value) =>
    value === undefined
      ? 'empty'
      : value.type === UUID
        ? formatUuid(value.identifier, 'smbios')
        : hexOf(value.identifier),
}

/**
 * How the bytes of a UUID are ordered: as in RFC 9562, or as SMBIOS (and with it the firmware) has them, with the first
 * three groups little-endian.
 */
export type UuidByteOrder = 'rfc9562' | 'smbios'

/** `01020304-0506-0708-090a-0b0c0d0e0f10`. */
export function formatUuid(bytes: Uint8Array, order: UuidByteOrder): string {
  const groups = [bytes.subarray(0, 4), bytes.subarray(4, 6), bytes.subarray(6, 8)]
  // Turned round in copies: the bytes are those of a packet, which has to be answered with them as they came.
  const ordered = order === 'smbios' ? groups.map((group) => Uint8Array.from(group).reverse()) : groups
  return [...ordered, bytes.subarray(8, 10), bytes.subarray(10, 16)].map(hexOf).join('-')
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
