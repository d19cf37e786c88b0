import { describe, expect, it } from 'vitest'
import { destinationOf } from './destination.js'
import { BROADCAST_FLAG, emptyPacket, Op } from './packet.js'

const ports = { client: 68, relay: 67 }
const nobody = { address: '0.0.0.0', port: 68 }
const everybody = { address: '255.255.255.255', port: 68 }
const request = emptyPacket({ op: Op.request, xid: 1 })

describe('destinationOf', () => {
  it('is everybody for a machine without an address, with or without the broadcast flag', () => {
    expect(destinationOf(request, nobody, 'dhcp', ports)).toEqual(everybody)
    expect(destinationOf({ ...request, flags: BROADCAST_FLAG }, nobody, 'dhcp', ports)).toEqual(everybody)
  })

  it('is the relay, whatever else', () => {
    const relayed = { ...request, giaddr: '10.1.0.1', ciaddr: '10.1.0.9' }
    const relay = { address: '10.9.9.9', port: 67 }
    expect(destinationOf(relayed, relay, 'dhcp', ports)).toEqual({ address: '10.1.0.1', port: 67 })
  })

  it('is the machine when it has an address', () => {
    const configured = { ...request, ciaddr: '10.0.0.9' }
    expect(destinationOf(configured, { address: '10.0.0.9', port: 68 }, 'dhcp', ports)).toEqual({
      address: '10.0.0.9',
      port: 68,
    })
  })

  it('is where the request came from on the PXE port', () => {
    const from = { address: '10.0.0.9', port: 4011 }
    expect(destinationOf(request, from, 'pxe', ports)).toEqual(from)
    expect(destinationOf(request, nobody, 'pxe', ports)).toEqual(everybody)
  })
})
