import { ByteWriter } from '../../../bytes/writer.js'
import type { OptionKind } from './option-kind.js'

/** Which fixed fields hold options instead of names. */
export interface Overload {
  readonly file: boolean
  readonly sname: boolean
}

const FILE = 1
const SNAME = 2

/**
 * DHCP option 52, Option Overload (RFC 2132 section 9.3). The packet codec follows it when it reads and makes it when it
 * writes, so a decoded packet never has it.
 *
 *     Offset  Size  Field
 *     0       1     1 file, 2 sname, 3 both
 */
export const optionOverload: OptionKind<Overload> = {
  code: 52,
  name: 'option overload',
  decode(reader) {
    const value = reader.uint8('fields')
    if (value < FILE || value > (FILE | SNAME)) throw reader.error(`fields: 1, 2 or 3 expected, ${value} found`)
    return { file: (value & FILE) !== 0, sname: (value & SNAME) !== 0 }
  },
  encode: ({ file, sname }) =>
    new ByteWriter(1, 'option overload').uint8((file ? FILE : 0) | (sname ? SNAME : 0), 'fields').written,
  describe: ({ file, sname }) => [file && 'file', sname && 'sname'].filter(Boolean).join(' and '),
}
