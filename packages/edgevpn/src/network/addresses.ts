import { KairosError } from '@kairos-sdk/core'
import { multiaddr } from '@multiformats/multiaddr'

/** What TCP can listen on, as names of protocols: an address, a port and perhaps the id of the peer. */
const TCP = /^(ip4|(ip6zone )?ip6|dns[46]?) tcp( p2p)?$/
const CIRCUIT = /\bp2p-circuit$/

/**
 * Checks the multiaddrs of DHT nodes to start from.
 *
 * @throws KairosError `argument/invalid`
 */
export function checkBootstrap(addresses: readonly string[]): readonly string[] {
  for (const address of addresses) {
    if (protocolsOf(address, 'bootstrap').split(' ').includes('p2p')) continue
    throw new KairosError('argument/invalid', `The bootstrap address ${address} does not end in /p2p/<peer id>.`, {
      hint: 'A bootstrap node is known by its id: /ip4/192.168.1.2/tcp/4001/p2p/12D3Koo…',
    })
  }
  return addresses
}

/**
 * Checks the multiaddrs to listen on: libp2p leaves those out that no transport takes, as long as it takes another one.
 *
 * @param withRelays - whether an address may be one at a relay
 * @throws KairosError `argument/invalid`
 */
export function checkListen(addresses: readonly string[], withRelays: boolean): readonly string[] {
  for (const address of addresses) {
    const protocols = protocolsOf(address, 'listen')
    if (TCP.test(protocols) || (withRelays && CIRCUIT.test(protocols))) continue
    throw new KairosError('argument/invalid', `Cannot listen on ${address}: a TCP address is expected.`, {
      hint: 'Write it like /ip4/192.168.1.2/tcp/4001, or with /tcp/0 for any free port.',
    })
  }
  return addresses
}

function protocolsOf(address: string, what: string): string {
  try {
    return multiaddr(address)
      .getComponents()
      .map(({ name }) => name)
      .join(' ')
  } catch (cause) {
    throw new KairosError('argument/invalid', `The ${what} address ${address} is not a multiaddr.`, {
      hint: 'Write it like /ip4/192.168.1.2/tcp/4001, for a bootstrap node with /p2p/<peer id> at the end.',
      cause,
    })
  }
}
