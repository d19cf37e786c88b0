/**
 * Asks by broadcast what to boot, as the firmware of a UEFI machine does, and fetches the first block of the file that it is
 * told by TFTP. Prints a line of JSON: `{ "offeredBy": address, "file": name, "block": number }`.
 *
 *     node --import tsx discover-and-fetch.ts
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import {
  clientSystemArchitecture,
  decodePacket,
  emptyPacket,
  encodePacket,
  MessageType,
  messageType,
  Op,
  option,
  readOption,
  serverIdentifier,
  vendorClassIdentifier,
} from '../../packages/netboot/src/servers/dhcp/index.js'
import {
  decodePacket as decodeTftp,
  encodePacket as encodeTftp,
} from '../../packages/netboot/src/servers/tftp/index.js'

const UEFI_X64 = 7
const discover = emptyPacket({
  op: Op.request,
  xid: 1,
  flags: 0x8000,
  chaddr: Uint8Array.of(0x52, 0x54, 0, 0x4b, 0x61, 0x69),
  options: new Map([
    option(messageType, MessageType.discover),
    option(clientSystemArchitecture, [UEFI_X64]),
    option(vendorClassIdentifier, 'PXEClient:Arch:00007:UNDI:003016'),
  ]),
})

const dhcp = createSocket('udp4')
dhcp.bind(68)
await once(dhcp, 'listening')
dhcp.setBroadcast(true)
dhcp.send(encodePacket(discover), 67, '10.77.0.255')
const [offerBytes] = (await once(dhcp, 'message')) as [Buffer]
dhcp.close()
const offer = decodePacket(offerBytes)
const offeredBy = readOption(offer.options, serverIdentifier) ?? ''

const tftp = createSocket('udp4')
const request = encodeTftp({ type: 'rrq', name: 'ipxe.efi', mode: 'octet', options: new Map() })
tftp.send(request, 69, offeredBy)
const [dataBytes] = (await once(tftp, 'message')) as [Buffer]
tftp.close()
const data = decodeTftp(dataBytes)
console.log(JSON.stringify({ offeredBy, file: offer.file, block: data.type === 'data' ? data.block : data.type }))
