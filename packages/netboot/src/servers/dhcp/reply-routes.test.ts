import { expect, it } from 'vitest'
import { fakeClock } from '../fake-clock.js'
import { fakeNetwork } from '../fake-network.js'
import { createReplyRoutes } from './reply-routes.js'

const eth0 = (address: string) => ({ name: 'eth0', address, netmask: '255.255.255.0', internal: false })
const eth1 = { name: 'eth1', address: '10.0.5.1', netmask: '255.255.255.0', internal: false }
const all = [eth0('10.0.0.1'), eth0('10.0.0.5'), eth1]

/** On a host whose way to strangers begins at 10.0.0.1. */
const routes = (interfaces: readonly string[] | undefined) => {
  const { openSocket } = fakeNetwork().host(...all.map(({ address }) => address))
  return createReplyRoutes({ interfaces, ownInterfaces: () => all, openSocket, clock: fakeClock() })
}
const [near, far, everybody] = ['10.0.0.99', '172.16.0.1', '255.255.255.255'].map((address) => ({ address }))
if (!near || !far || !everybody) throw new Error('No addresses.')

it.each<[string, readonly string[] | undefined, Record<'near' | 'far' | 'everybody', string[]>]>([
  ['all interfaces', undefined, { near: ['10.0.0.1'], far: ['10.0.0.1'], everybody: ['10.0.0.1', '10.0.5.1'] }],
  ['one interface', ['eth0'], { near: ['10.0.0.1'], far: ['10.0.0.1'], everybody: ['10.0.0.1'] }],
  ['one of its addresses', ['10.0.0.5'], { near: ['10.0.0.5'], far: ['10.0.0.5'], everybody: ['10.0.0.5'] }],
  ['another interface', ['eth1'], { near: [], far: [], everybody: ['10.0.5.1'] }],
])('answers by %s that are served, with the address that is served', async (_what, interfaces, expected) => {
  const { ownAddressesFor } = routes(interfaces)
  expect({
    near: await ownAddressesFor(near),
    far: await ownAddressesFor(far),
    everybody: await ownAddressesFor(everybody),
  }).toEqual(expected)
})
