import { expect, it } from 'vitest'
import { interfacesAt } from './listen-address.js'

it('serves the network of one address, or with 0.0.0.0 and without an address all', () => {
  expect(interfacesAt('192.168.68.2')).toEqual(['192.168.68.2'])
  expect([interfacesAt('0.0.0.0'), interfacesAt(undefined)]).toEqual([undefined, undefined])
})
