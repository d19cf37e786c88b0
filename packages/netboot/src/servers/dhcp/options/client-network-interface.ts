import { ByteWriter } from '../../../bytes/writer.js'
import type { OptionKind } from './option-kind.js'

export interface ClientNetworkInterface {
  /** 1 is UNDI, the only one that PXE knows. */
  readonly type: number
  readonly major: number
  readonly minor: number
}

/**
 * DHCP option 94, Client Network Device Interface (RFC 4578 section 2.2).
 *
 *     Offset  Size  Field
 *     0       1     type
 *     1       1     major version
 *     2       1     minor version
 */
export const clientNetworkInterface: OptionKind<ClientNetworkInterface> = {
  code: 94,
  name: 'client network device interface',
  decode: (reader) => ({
    type: reader.uint8('type'),
    major: reader.uint8('major version'),
    minor: reader.uint8('minor version'),
  }),
  encode: ({ type, major, minor }) =>
    new ByteWriter(3, 'client network device interface')
      .uint8(type, 'type')
      .uint8(major, 'major version')
      .uint8(minor, 'minor version').written,
  describe: ({ type, major, minor }) => `${type === 1 ? 'UNDI' : `type ${type}`} ${major}.${minor}`,
}
