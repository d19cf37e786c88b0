import { formatMacAddress } from './mac-address.js'
import { UNSPECIFIED_ADDRESS } from './options/ipv4-address.js'
import { messageType, messageTypeName } from './options/message-type.js'
import { readIntactOption } from './options/option-kind.js'
import { describeOption } from './options/registry.js'
import { BROADCAST_FLAG, type DhcpPacket, Op } from './packet.js'

/**
 * A packet for people: a line for what it is, one for each address and name that it has, one for each option.
 *
 *     DHCPDISCOVER from 08:00:27:54:1a:d1, xid 0x27541ad1, 4 s, broadcast
 *       93 client system architecture: 0 (x86 BIOS)
 */
export function summary(packet: DhcpPacket): string {
  const type = readIntactOption(packet.options, messageType)
  const direction = packet.op === Op.request ? 'from' : 'to'
  const parts = [
    `${type === undefined ? 'BOOTP' : messageTypeName(type)} ${direction} ${formatMacAddress(packet.chaddr) || 'nobody'}`,
    `xid 0x${packet.xid.toString(16).padStart(8, '0')}`,
    ...(packet.secs > 0 ? [`${packet.secs} s`] : []),
    ...(packet.hops > 0 ? [`${packet.hops} hops`] : []),
    ...(packet.flags & BROADCAST_FLAG ? ['broadcast'] : []),
  ]
  const addresses = (['ciaddr', 'yiaddr', 'siaddr', 'giaddr'] as const)
    .filter((field) => packet[field] !== UNSPECIFIED_ADDRESS)
    .map((field) => `  ${field}: ${packet[field]}`)
  const names = (['sname', 'file'] as const)
    .filter((field) => packet[field] !== '')
    .map((field) => `  ${field}: ${JSON.stringify(packet[field])}`)
  const options = [...packet.options].map(([code, bytes]) => {
    const { name, value } = describeOption(code, bytes)
    return `  ${code} ${name}: ${value}`
  })
  return [parts.join(', '), ...addresses, ...names, ...options].join('\n')
}
