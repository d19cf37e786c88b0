import { KairosError } from '@kairos-sdk/core'
import { checkInterfaces, listOwnInterfaces, selectInterfaces } from '../dhcp/own-interfaces.js'
import { interfacesAt } from './listen-address.js'
import type { NetbootInit } from './netboot-init.js'

/** The interfaces that a netboot server serves, by names or own addresses; `undefined` for all but loopback. */
export function servedInterfaces({ interfaces, listenAddress }: NetbootInit): readonly string[] | undefined {
  return interfaces ?? interfacesAt(listenAddress)
}

/**
 * The addresses that machines are told.
 *
 * @throws KairosError `argument/invalid` for an interface that does not exist; `network/start-failed` when no interface has
 *   an address
 */
export function servedAddresses(init: NetbootInit): readonly string[] {
  const { advertise, ownInterfaces = listOwnInterfaces } = init
  const all = ownInterfaces()
  const wanted = servedInterfaces(init)
  checkInterfaces(all, wanted)
  const addresses = advertise ? [advertise] : selectInterfaces(all, wanted).map((own) => own.address)
  if (addresses.length > 0) return addresses
  throw new KairosError('network/start-failed', 'A network interface with an IPv4 address expected, none found.', {
    hint: 'Connect this computer to the network of the machines, or name an interface.',
  })
}
