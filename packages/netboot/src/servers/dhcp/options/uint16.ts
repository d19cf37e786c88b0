import { ByteWriter } from '../../../bytes/writer.js'
import type { OptionKind } from './option-kind.js'

/**
 * An option that holds a number of two bytes, big-endian.
 *
 *     Offset  Size  Field
 *     0       2     number
 */
const uint16Option = (code: number, name: string, unit: string): OptionKind<number> => ({
  code,
  name,
  decode: (reader) => reader.uint16('number'),
  encode: (value) => new ByteWriter(2, name).uint16(value, 'number').written,
  describe: (value) => `${value} ${unit}`,
})

/** Size of the boot file in blocks of 512 bytes (RFC 2132 section 3.15). */
export const bootFileSize = uint16Option(13, 'boot file size', 'blocks of 512 bytes')
/** RFC 2132 section 5.1. */
export const interfaceMtu = uint16Option(26, 'interface MTU', 'bytes')
/** The longest message that the client takes, IP and UDP headers included (RFC 2132 section 9.10). */
export const maximumMessageSize = uint16Option(57, 'maximum DHCP message size', 'bytes')
