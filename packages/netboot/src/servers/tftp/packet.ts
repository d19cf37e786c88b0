import { ByteReader } from '../../bytes/reader.js'
import { ByteWriter } from '../../bytes/writer.js'

/** RFC 1350 section 5, RFC 2347. */
export const Opcode = { rrq: 1, wrq: 2, data: 3, ack: 4, error: 5, oack: 6 } as const

/** RFC 1350 appendix, RFC 2347. */
export const TftpErrorCode = {
  undefined: 0,
  fileNotFound: 1,
  accessViolation: 2,
  diskFull: 3,
  illegalOperation: 4,
  unknownTransferId: 5,
  fileExists: 6,
  noSuchUser: 7,
  optionRefused: 8,
} as const

/** Options of a request, in its order and with its spelling. */
export type TftpOptions = ReadonlyMap<string, string>

/** What the packets of both requests carry. */
export interface TftpRequest {
  readonly name: string
  /** `octet` or `netascii`, in lower case. */
  readonly mode: string
  readonly options: TftpOptions
}

export type TftpPacket =
  | (TftpRequest & { readonly type: 'rrq' })
  | (TftpRequest & { readonly type: 'wrq' })
  | { readonly type: 'data'; readonly block: number; readonly bytes: Uint8Array }
  | { readonly type: 'ack'; readonly block: number }
  | { readonly type: 'error'; readonly code: number; readonly message: string }
  | { readonly type: 'oack'; readonly options: TftpOptions }

/** A client that asks for more is up to no good; firmware asks for four. */
const MAX_OPTIONS = 32

/**
 * Reads a packet (RFC 1350 section 5, RFC 2347).
 *
 *     Offset  Size  Field
 *     0       2     opcode, big-endian as all
 *   read and write request
 *     2       n     name of the file, ends with a NUL
 *     ...     n     mode, ends with a NUL
 *     ...     n     option and value, each ends with a NUL; further ones
 *   data
 *     2       2     block
 *     4       n     bytes
 *   acknowledgement
 *     2       2     block
 *   error
 *     2       2     code
 *     4       n     message, ends with a NUL
 *   acknowledgement of options
 *     2       n     option and value, each ends with a NUL; further ones
 *
 * Names are Latin-1, one character a byte, so that any bytes survive.
 *
 * @throws KairosError `tftp/malformed`
 */
export function decodePacket(bytes: Uint8Array): TftpPacket {
  const reader = new ByteReader(bytes, { code: 'tftp/malformed', name: 'TFTP packet' })
  const opcode = reader.uint16('opcode')
  switch (opcode) {
    case Opcode.rrq:
    case Opcode.wrq: {
      const name = readString(reader, bytes, 'file name')
      const mode = readString(reader, bytes, 'mode').toLowerCase()
      return { type: opcode === Opcode.rrq ? 'rrq' : 'wrq', name, mode, options: readOptions(reader, bytes) }
    }
    case Opcode.data:
      return { type: 'data', block: reader.uint16('block'), bytes: reader.rest() }
    case Opcode.ack:
      // Some clients pad acknowledgements; what follows means nothing.
      return { type: 'ack', block: reader.uint16('block') }
    case Opcode.error: {
      const code = reader.uint16('code')
      // Some clients forget the NUL, or the message.
      const message = reader.latin1(reader.remaining, 'message').split('\0', 1)[0] ?? ''
      return { type: 'error', code, message }
    }
    case Opcode.oack:
      return { type: 'oack', options: readOptions(reader, bytes) }
    default:
      throw reader.error(`opcode: 1 to 6 expected, ${opcode} found`)
  }
}

function readString(reader: ByteReader, bytes: Uint8Array, field: string): string {
  const end = bytes.indexOf(0, reader.offset)
  if (end < 0) throw reader.error(`${field}: a NUL at its end expected, none found`)
  const text = reader.latin1(end - reader.offset, field)
  reader.skip(1, field)
  return text
}

function readOptions(reader: ByteReader, bytes: Uint8Array): TftpOptions {
  const options = new Map<string, string>()
  const names = new Set<string>()
  while (reader.remaining > 0) {
    const name = readString(reader, bytes, 'option')
    // Some clients fill their packets up with NULs.
    if (name === '') break
    const value = readString(reader, bytes, `value of option ${JSON.stringify(name)}`)
    // Said twice, which no client may do, the first word counts.
    if (!names.has(name.toLowerCase())) options.set(name, value)
    names.add(name.toLowerCase())
    if (options.size > MAX_OPTIONS) throw reader.error(`options: at most ${MAX_OPTIONS} expected, more found`)
  }
  return options
}

/**
 * Writes a packet.
 *
 * @throws KairosError `argument/invalid` for a number that does not fit its field
 */
export function encodePacket(packet: TftpPacket): Uint8Array {
  switch (packet.type) {
    case 'rrq':
    case 'wrq':
      return withStrings(Opcode[packet.type], [packet.name, packet.mode, ...[...packet.options].flat()])
    case 'oack':
      return withStrings(Opcode.oack, [...packet.options].flat())
    case 'data':
      return numbered(Opcode.data, packet.block, packet.bytes)
    case 'ack':
      return numbered(Opcode.ack, packet.block, new Uint8Array(0))
    case 'error':
      return numbered(Opcode.error, packet.code, Buffer.from(`${packet.message}\0`, 'latin1'))
  }
}

function numbered(opcode: number, number: number, rest: Uint8Array): Uint8Array {
  return new ByteWriter(4 + rest.length, 'TFTP packet')
    .uint16(opcode, 'opcode')
    .uint16(number, 'number')
    .bytes(rest, 'rest').written
}

function withStrings(opcode: number, strings: readonly string[]): Uint8Array {
  const rest = Buffer.from(strings.map((text) => `${text}\0`).join(''), 'latin1')
  return new ByteWriter(2 + rest.length, 'TFTP packet').uint16(opcode, 'opcode').bytes(rest, 'rest').written
}
