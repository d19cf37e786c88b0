import { ByteWriter } from '../../../../bytes/writer.js'
import { encodeIpv4Address, readIpv4Address } from '../ipv4-address.js'
import type { OptionKind } from '../option-kind.js'

export interface BootServer {
  /** Kind of boot server: 0 is PXE bootstrap, from 32,768 on for the site's own. */
  readonly type: number
  readonly addresses: readonly string[]
}

/**
 * Sub-option 8 of option 43, PXE_BOOT_SERVERS (PXE 2.1 table 2-1).
 *
 *     Offset  Size  Field
 *     0       2     type, big-endian
 *     2       1     number of addresses
 *     3       4     address
 *     ...           further addresses, further types
 */
export const bootServers: OptionKind<BootServer[]> = {
  code: 8,
  name: 'PXE boot servers',
  decode(reader) {
    const servers: BootServer[] = []
    while (reader.remaining > 0) {
      const type = reader.uint16('type')
      const count = reader.uint8('number of addresses')
      servers.push({ type, addresses: Array.from({ length: count }, () => readIpv4Address(reader, 'address')) })
    }
    return servers
  },
  encode: (servers) =>
    Buffer.concat(
      servers.map(({ type, addresses }) => {
        const writer = new ByteWriter(3 + 4 * addresses.length, 'PXE boot servers')
        writer.uint16(type, 'type').uint8(addresses.length, 'number of addresses')
        for (const address of addresses) writer.bytes(encodeIpv4Address(address), 'address')
        return writer.written
      }),
    ),
  describe: (servers) => servers.map(({ type, addresses }) => `${type}: ${addresses.join(', ')}`).join('; '),
}
