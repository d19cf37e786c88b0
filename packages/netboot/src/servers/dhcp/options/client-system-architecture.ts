import { ByteWriter } from '../../../bytes/writer.js'
import { architectureType } from '../architecture.js'
import type { OptionKind } from './option-kind.js'

/**
 * DHCP option 93, Client System Architecture Type (RFC 4578 section 2.1).
 *
 *     Offset  Size  Field
 *     0       2     architecture, big-endian (IANA "Processor Architecture Types")
 *     2       2     ... further ones, most preferred first
 */
export const clientSystemArchitecture: OptionKind<number[]> = {
  code: 93,
  name: 'client system architecture',
  decode(reader) {
    const types = [reader.uint16('architecture')]
    while (reader.remaining > 0) types.push(reader.uint16('architecture'))
    return types
  },
  encode(types) {
    const writer = new ByteWriter(2 * types.length, 'client system architecture')
    for (const type of types) writer.uint16(type, 'architecture')
    return writer.written
  },
  describe: (types) => types.map((type) => `${type} (${architectureType(type).name})`).join(', '),
}
