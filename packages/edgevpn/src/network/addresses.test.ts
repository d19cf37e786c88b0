import { describe, expect, it } from 'vitest'
import { checkBootstrap, checkListen } from './addresses.js'
import { IPFS_BOOTSTRAP_PEERS } from './libp2p.js'

const ID = '12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7'
const refused = expect.objectContaining({ code: 'argument/invalid' })

describe('checkListen', () => {
  it('takes what TCP can listen on', () => {
    const addresses = [
      '/ip4/0.0.0.0/tcp/4001',
      '/ip6/::/tcp/0',
      '/ip6zone/eth0/ip6/fe80::1/tcp/0',
      '/dns4/localhost/tcp/0',
      `/ip4/127.0.0.1/tcp/0/p2p/${ID}`,
    ]
    expect(checkListen(addresses, false)).toBe(addresses)
  })

  it('takes relays where there is a transport for them', () => {
    const addresses = ['/p2p-circuit', `/ip4/192.0.2.1/tcp/4001/p2p/${ID}/p2p-circuit`]
    expect(checkListen(addresses, true)).toBe(addresses)
    for (const address of addresses) expect(() => checkListen([address], false)).toThrow(refused)
  })

  it.each(['/ip4/127.0.0.1/udp/4001/quic-v1', '/ip4/127.0.0.1/tcp/80/ws', '/tcp/0', '/ip4/127.0.0.1', '', 'x'])(
    'refuses %j',
    (address) => {
      expect(() => checkListen([address], true)).toThrow(refused)
    },
  )
})

describe('checkBootstrap', () => {
  it("takes IPFS's nodes", () => {
    expect(checkBootstrap(IPFS_BOOTSTRAP_PEERS)).toBe(IPFS_BOOTSTRAP_PEERS)
  })

  it.each(['/ip4/192.0.2.1/tcp/4001', '192.0.2.1', ''])('refuses %j', (address) => {
    expect(() => checkBootstrap([address])).toThrow(refused)
  })
})
