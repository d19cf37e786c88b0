import { KairosError } from '@kairos-sdk/core'
import { ByteReader } from '../../../bytes/reader.js'

/** An option of DHCP: its number, and how its value is read, written and told. Bytes of an option without a kind stay bytes. */
export interface OptionKind<Value> {
  readonly code: number
  /** The name in IANA's registry, in lower case. */
  readonly name: string
  /** Reads a value; everything has to be read. */
  readonly decode: (reader: ByteReader) => Value
  readonly encode: (value: Value) => Uint8Array
  /** The value for people, in one line. */
  readonly describe: (value: Value) => string
}

/** The options of a packet by code. Bytes of an option that came in several parts are joined (RFC 3396). */
export type DhcpOptions = ReadonlyMap<number, Uint8Array>

/** An option with its value, to make {@link DhcpOptions} of: `new Map([option(messageType, MessageType.offer)])`. */
export function option<Value>(kind: OptionKind<Value>, value: Value): [code: number, bytes: Uint8Array] {
  return [kind.code, kind.encode(value)]
}

/**
 * The value of an option, or `undefined` when the packet does not have it.
 *
 * @throws KairosError `dhcp/malformed`
 */
export function readOption<Value>(options: DhcpOptions, kind: OptionKind<Value>): Value | undefined {
  const bytes = options.get(kind.code)
  return bytes && decodeOption(kind, bytes)
}

/** As {@link readOption}, but an option that is damaged is as good as none. */
export function readIntactOption<Value>(options: DhcpOptions, kind: OptionKind<Value>): Value | undefined {
  try {
    return readOption(options, kind)
  } catch (error) {
    if (KairosError.is(error, 'dhcp/malformed')) return undefined
    throw error
  }
}

/** @throws KairosError `dhcp/malformed` */
export function decodeOption<Value>(kind: OptionKind<Value>, bytes: Uint8Array): Value {
  const reader = new ByteReader(bytes, { code: 'dhcp/malformed', name: `option ${kind.code} (${kind.name})` })
  const value = kind.decode(reader)
  reader.expectEnd()
  return value
}
