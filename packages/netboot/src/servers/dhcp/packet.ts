import { KairosError } from '@kairos-sdk/core'
import { ByteReader } from '../../bytes/reader.js'
import { ByteWriter } from '../../bytes/writer.js'
import { readOptionArea, writeOptionAreas } from './option-area.js'
import { encodeIpv4Address, readIpv4Address, UNSPECIFIED_ADDRESS } from './options/ipv4-address.js'
import { messageType } from './options/message-type.js'
import { type DhcpOptions, option, readOption } from './options/option-kind.js'
import { optionOverload } from './options/option-overload.js'
import { relayAgentInformation } from './options/relay-agent-information.js'

/** Values of `op`. */
export const Op = { request: 1, reply: 2 } as const

/** Hardware type of Ethernet (RFC 1700 "ARP Parameters"). */
export const ETHERNET = 1

/** Bit of `flags`: the client cannot take unicast before it has an address. */
export const BROADCAST_FLAG = 0x8000

/** A DHCP packet, with the names of RFC 2131 section 2. */
export interface DhcpPacket {
  readonly op: number
  readonly htype: number
  readonly hops: number
  readonly xid: number
  readonly secs: number
  readonly flags: number
  /** Address that the client has. */
  readonly ciaddr: string
  /** Address that the client gets. */
  readonly yiaddr: string
  /** Address of the next server. */
  readonly siaddr: string
  /** Address of the relay. */
  readonly giaddr: string
  /** Hardware address, at most 16 bytes. */
  readonly chaddr: Uint8Array
  /** Name of the next server; empty when the field held options. */
  readonly sname: string
  /** Name of the boot file; empty when the field held options. */
  readonly file: string
  readonly options: DhcpOptions
}

const CHADDR_BYTES = 16
const SNAME_OFFSET = 44
const SNAME_BYTES = 64
const FILE_OFFSET = SNAME_OFFSET + SNAME_BYTES
const FILE_BYTES = 128
const MAGIC_COOKIE = 0x63825363
const OPTIONS_OFFSET = FILE_OFFSET + FILE_BYTES + 4

/** Relays and old firmware drop what is shorter than a BOOTP packet (RFC 1542 section 2.1). */
const MIN_PACKET_BYTES = 300
/** What every client takes without saying so (RFC 2131 section 2): 576 bytes with the headers of IP and UDP. */
export const DEFAULT_MAX_PACKET_BYTES = 576 - 28

/**
 * Reads a packet (RFC 2131 section 2).
 *
 *     Offset  Size  Field
 *     0       1     op: 1 request, 2 reply
 *     1       1     htype: 1 Ethernet
 *     2       1     hlen: bytes of the hardware address
 *     3       1     hops
 *     4       4     xid, big-endian as all
 *     8       2     secs
 *     10      2     flags
 *     12      4     ciaddr
 *     16      4     yiaddr
 *     20      4     siaddr
 *     24      4     giaddr
 *     28      16    chaddr
 *     44      64    sname, ends with a NUL, or options
 *     108     128   file, ends with a NUL, or options
 *     236     4     magic cookie 63 82 53 63
 *     240     n     options
 *
 * @throws KairosError `dhcp/malformed`
 */
export function decodePacket(bytes: Uint8Array): DhcpPacket {
  const reader = new ByteReader(bytes, { code: 'dhcp/malformed', name: 'DHCP packet' })
  const op = reader.uint8('op')
  const htype = reader.uint8('htype')
  const hlen = reader.uint8('hlen')
  if (hlen > CHADDR_BYTES) throw reader.error(`hlen: at most ${CHADDR_BYTES} expected, ${hlen} found`)
  const fixed = {
    op,
    htype,
    hops: reader.uint8('hops'),
    xid: reader.uint32('xid'),
    secs: reader.uint16('secs'),
    flags: reader.uint16('flags'),
    ciaddr: readIpv4Address(reader, 'ciaddr'),
    yiaddr: readIpv4Address(reader, 'yiaddr'),
    siaddr: readIpv4Address(reader, 'siaddr'),
    giaddr: readIpv4Address(reader, 'giaddr'),
    chaddr: reader.bytes(CHADDR_BYTES, 'chaddr').subarray(0, hlen),
  }
  const sname = reader.bytes(SNAME_BYTES, 'sname')
  const file = reader.bytes(FILE_BYTES, 'file')
  const cookie = reader.uint32('magic cookie')
  if (cookie !== MAGIC_COOKIE) {
    throw reader.error(
      `magic cookie: 0x63825363 expected at offset ${reader.offset - 4}, 0x${cookie.toString(16)} found`,
    )
  }
  const options = new Map<number, Uint8Array>()
  readOptionArea(reader.rest(), OPTIONS_OFFSET, options)
  const overload = readOption(options, optionOverload)
  options.delete(optionOverload.code)
  // The order is that of RFC 3396 section 5: a value may go on from one field to the next.
  if (overload?.file) readOptionArea(file, FILE_OFFSET, options)
  if (overload?.sname) readOptionArea(sname, SNAME_OFFSET, options)
  // An overload within an overloaded field has no meaning; kept, it would be written out and then mislead.
  options.delete(optionOverload.code)
  return {
    ...fixed,
    sname: overload?.sname ? '' : textOf(sname),
    file: overload?.file ? '' : textOf(file),
    options,
  }
}

export interface EncodePacketOptions {
  /** The longest result. Default 548, what every client takes. */
  readonly maxBytes?: number
}

/**
 * Writes a packet. Options come in a stable order: message type, then by code, relay agent information last (RFC 3046
 * section 2.1). Those for which there is no room go into `file` and `sname` where these are empty.
 *
 * @throws KairosError `argument/invalid` for what does not fit, a packet or a field of it
 */
export function encodePacket(packet: DhcpPacket, { maxBytes = DEFAULT_MAX_PACKET_BYTES }: EncodePacketOptions = {}) {
  const { options, file, sname } = placeOptions(packet, maxBytes)
  const size = Math.max(MIN_PACKET_BYTES, OPTIONS_OFFSET + options.length)
  return new ByteWriter(size, 'DHCP packet')
    .uint8(packet.op, 'op')
    .uint8(packet.htype, 'htype')
    .uint8(packet.chaddr.length, 'hlen')
    .uint8(packet.hops, 'hops')
    .uint32(packet.xid, 'xid')
    .uint16(packet.secs, 'secs')
    .uint16(packet.flags, 'flags')
    .bytes(encodeIpv4Address(packet.ciaddr), 'ciaddr')
    .bytes(encodeIpv4Address(packet.yiaddr), 'yiaddr')
    .bytes(encodeIpv4Address(packet.siaddr), 'siaddr')
    .bytes(encodeIpv4Address(packet.giaddr), 'giaddr')
    .bytes(padded(packet.chaddr, CHADDR_BYTES, 'chaddr'), 'chaddr')
    .bytes(padded(sname, SNAME_BYTES, 'sname'), 'sname')
    .bytes(padded(file, FILE_BYTES, 'file'), 'file')
    .uint32(MAGIC_COOKIE, 'magic cookie')
    .bytes(options, 'options').written
}

function placeOptions(packet: DhcpPacket, maxBytes: number) {
  const file = Buffer.from(packet.file, 'latin1')
  const sname = Buffer.from(packet.sname, 'latin1')
  const ordered = [...packet.options].filter(([code]) => code !== optionOverload.code).sort(byPlace)
  const room = maxBytes - OPTIONS_OFFSET
  const [options] = writeOptionAreas(ordered, [room]) ?? []
  if (options) return { options, file, sname }

  const overload = { file: file.length === 0, sname: sname.length === 0 }
  // Overload comes first, so that it is never split off into the fields that it announces.
  const announced = [option(optionOverload, overload), ...ordered]
  const capacities = [room, ...(overload.file ? [FILE_BYTES] : []), ...(overload.sname ? [SNAME_BYTES] : [])]
  const areas = capacities.length > 1 ? writeOptionAreas(announced, capacities) : undefined
  if (!areas?.[0]) {
    throw new KairosError('argument/invalid', `DHCP packet: options that fit ${maxBytes} bytes expected, more found.`)
  }
  const rest = areas.slice(1)
  return {
    options: areas[0],
    file: overload.file ? (rest.shift() ?? file) : file,
    sname: overload.sname ? (rest.shift() ?? sname) : sname,
  }
}

function byPlace([a]: readonly [number, Uint8Array], [b]: readonly [number, Uint8Array]): number {
  return placeOf(a) - placeOf(b)
}

function placeOf(code: number): number {
  if (code === messageType.code) return -1
  return code === relayAgentInformation.code ? 256 : code
}

/** Text up to the first NUL. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('latin1')
}

function padded(bytes: Uint8Array, size: number, field: string): Uint8Array {
  if (bytes.length > size) {
    throw new KairosError(
      'argument/invalid',
      `DHCP packet: ${field}: at most ${size} bytes expected, ${bytes.length} found.`,
    )
  }
  const filled = new Uint8Array(size)
  filled.set(bytes)
  return filled
}

/** A packet with nothing in it but what is given. */
export function emptyPacket(fields: Partial<DhcpPacket> & Pick<DhcpPacket, 'op' | 'xid'>): DhcpPacket {
  return {
    htype: ETHERNET,
    hops: 0,
    secs: 0,
    flags: 0,
    ciaddr: UNSPECIFIED_ADDRESS,
    yiaddr: UNSPECIFIED_ADDRESS,
    siaddr: UNSPECIFIED_ADDRESS,
    giaddr: UNSPECIFIED_ADDRESS,
    chaddr: new Uint8Array(0),
    sname: '',
    file: '',
    options: new Map(),
    ...fields,
  }
}
