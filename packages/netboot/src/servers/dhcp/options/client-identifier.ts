import { ByteWriter } from '../../../bytes/writer.js'
import type { OptionKind } from './option-kind.js'

export interface ClientIdentifier {
  /** Hardware type of the RFCs on ARP, 1 for Ethernet; 0 or 255 when the identifier is something else. */
  readonly type: number
  readonly identifier: Uint8Array
}

/**
 * DHCP option 61, Client-identifier (RFC 2132 section 9.14).
 *
 *     Offset  Size  Field
 *     0       1     type
 *     1       n     identifier, at least one byte
 */
export const clientIdentifier: OptionKind<ClientIdentifier> = {
  code: 61,
  name: 'client identifier',
  decode(reader) {
    const type = reader.uint8('type')
    return { type, identifier: reader.bytes(Math.max(1, reader.remaining), 'identifier') }
  },
  encode: ({ type, identifier }) =>
    new ByteWriter(1 + identifier.length, 'client identifier').uint8(type, 'type').bytes(identifier, 'identifier')
      .written,
  describe: ({ type, identifier }) => `${type}:${Buffer.from(identifier).toString('hex')}`,
}
