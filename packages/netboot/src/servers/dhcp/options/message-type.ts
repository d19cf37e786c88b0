import { ByteWriter } from '../../../bytes/writer.js'
import type { OptionKind } from './option-kind.js'

export const MessageType = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
  inform: 8,
} as const

const NAMES = new Map<number, string>(
  Object.entries(MessageType).map(([name, value]) => [value, `DHCP${name.toUpperCase()}`]),
)

/** `DHCPDISCOVER`; of a type that is not known, its number. */
export function messageTypeName(type: number): string {
  return NAMES.get(type) ?? `DHCP message type ${type}`
}

/**
 * DHCP option 53, DHCP Message Type (RFC 2132 section 9.6). Every DHCP packet has it; one without is BOOTP.
 *
 *     Offset  Size  Field
 *     0       1     type
 */
export const messageType: OptionKind<number> = {
  code: 53,
  name: 'DHCP message type',
  decode: (reader) => reader.uint8('type'),
  encode: (type) => new ByteWriter(1, 'DHCP message type').uint8(type, 'type').written,
  describe: messageTypeName,
}
