/**
 * A peer that holds the token and means harm: floods the room with everything that is not a pairing.
 *
 *     node vandal.ts TOKEN
 */
import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { noise } from '@chainsafe/libp2p-noise'
import { decodeToken, rotatingKeysAt, seal } from '@kairos-sdk/core'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { mdns } from '@libp2p/mdns'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

const token = decodeToken(process.argv[2] ?? '')
const { roomTopic, sealKey } = rotatingKeysAt(token, Date.now() / 1000)
const node = await createLibp2p({
  addresses: { listen: ['/ip4/0.0.0.0/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  peerDiscovery: [mdns({ serviceTag: `${token.mdns}.local`, interval: 1_000 })],
  services: { identify: identify(), pubsub: gossipsub({ floodPublish: true, allowPublishToZeroTopicPeers: true }) },
})
node.addEventListener('peer:discovery', ({ detail }) => void node.dial(detail.id).catch(() => {}))
node.services.pubsub.subscribe(roomTopic)

const envelope = (message: Uint8Array) => Buffer.from(JSON.stringify({ Message: Buffer.from(message).toString('hex') }))
const sealed = (data: Uint8Array) => envelope(seal(data, sealKey))
const block = (index: string, storage: unknown) =>
  sealed(gzipSync(`{"Index":${index},"Storage":${JSON.stringify(storage)},"Hash":"ffff"}`))
const text = (value: unknown) => JSON.stringify(value)
let index = 1_000
/** Always higher than anything in the room. */
const higher = () => {
  index += 2
  return String(index)
}
const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20, 0x20))

/** One of each kind, in turn. */
const kinds: readonly (() => Uint8Array)[] = [
  () => randomBytes(500),
  () => Buffer.from('{"Message":"zz"}'),
  () => Buffer.from('['.repeat(50_000)),
  () => envelope(randomBytes(100)),
  () => sealed(randomBytes(100)),
  () => sealed(bomb),
  () => sealed(gzipSync('{"Storage":'.repeat(10_000))),
  () => block('9223372036854775807', {}),
  () => block('1e400', {}),
  // A higher block that drops what everybody else wrote.
  () => block(higher(), {}),
  // Payloads that are none, and confirmations by nobody.
  () => block(higher(), { pairing: { data: text('x'), nobody: text('ok') } }),
  () => block(higher(), { pairing: { data: text({ cc: 1 }) }, presence: [] }),
]
let turn = 0
setInterval(() => {
  const make = kinds[turn++ % kinds.length]
  if (make) node.services.pubsub.publish(roomTopic, make()).catch(() => {})
}, 20)
node.services.pubsub.addEventListener('subscription-change', () => console.log('in the room'))
