import { UNSPECIFIED_ADDRESS } from '../dhcp/options/ipv4-address.js'

/**
 * The interfaces to serve when TFTP and HTTP listen on an address: who listens on one address only serves the network of that
 * address only.
 *
 * @param listenAddress - own IPv4 address. `0.0.0.0` and none are all addresses
 * @returns as `NetbootInit.interfaces`: `undefined` for all but loopback
 */
export function interfacesAt(listenAddress: string | undefined): readonly string[] | undefined {
  return listenAddress === undefined || listenAddress === UNSPECIFIED_ADDRESS ? undefined : [listenAddress]
}
