import { encodeIpv4Address, readIpv4Address } from './ipv4-address.js'
import type { OptionKind } from './option-kind.js'

/**
 * An option that holds one address or more, most preferred first (RFC 2132).
 *
 *     Offset  Size  Field
 *     0       4     address
 *     4       4     ... further ones
 */
const addressesOption = (code: number, name: string): OptionKind<string[]> => ({
  code,
  name,
  decode(reader) {
    const addresses = [readIpv4Address(reader, 'address')]
    while (reader.remaining > 0) addresses.push(readIpv4Address(reader, 'address'))
    return addresses
  },
  encode: (addresses) => Buffer.concat(addresses.map(encodeIpv4Address)),
  describe: (addresses) => addresses.join(', '),
})

/** RFC 2132 section 3.5. */
export const routers = addressesOption(3, 'router')
/** RFC 2132 section 3.8. */
export const domainNameServers = addressesOption(6, 'domain name server')
/** Where iPXE sends its log (RFC 2132 section 3.9). */
export const logServers = addressesOption(7, 'log server')
/** RFC 2132 section 8.3. */
export const ntpServers = addressesOption(42, 'NTP servers')
/** RFC 5859. */
export const tftpServerAddresses = addressesOption(150, 'TFTP server address')
