import { KairosError } from '@kairos-sdk/core'
import type { ByteReader } from '../../../bytes/reader.js'
import type { OptionKind } from './option-kind.js'

export const UNSPECIFIED_ADDRESS = '0.0.0.0'
export const LIMITED_BROADCAST_ADDRESS = '255.255.255.255'

/** Reads 4 bytes as `192.0.2.1`. */
export function readIpv4Address(reader: ByteReader, field: string): string {
  return reader.bytes(4, field).join('.')
}

/** @throws KairosError `argument/invalid` */
export function encodeIpv4Address(address: string): Uint8Array {
  const numbers = /^\d{1,3}(\.\d{1,3}){3}$/.test(address) ? address.split('.').map(Number) : []
  if (numbers.length !== 4 || numbers.some((number) => number > 255)) {
    throw new KairosError('argument/invalid', `An IPv4 address expected, "${address}" found.`)
  }
  return Uint8Array.from(numbers)
}

/**
 * An option that holds one address (RFC 2132).
 *
 *     Offset  Size  Field
 *     0       4     address
 */
const addressOption = (code: number, name: string): OptionKind<string> => ({
  code,
  name,
  decode: (reader) => readIpv4Address(reader, 'address'),
  encode: encodeIpv4Address,
  describe: (address) => address,
})

/** RFC 2132 section 3.3. */
export const subnetMask = addressOption(1, 'subnet mask')
/** RFC 2132 section 5.3. */
export const broadcastAddress = addressOption(28, 'broadcast address')
/** RFC 2132 section 9.1. */
export const requestedAddress = addressOption(50, 'requested IP address')
/** The address of the server that speaks, or that is spoken to (RFC 2132 section 9.7). */
export const serverIdentifier = addressOption(54, 'server identifier')
