import { generateToken, NEVER_ROTATE, rotatingKeysAt, type Token } from '@kairos-sdk/core'
import { afterEach, describe, expect, it } from 'vitest'
import { type Block, decodeBlock, encodeBlock, lookUp, MAX_INDEX } from '../ledger/index.js'
import { fakeClock } from '../network/fake-clock.js'
import { type Clock, type Network, type NetworkOptions, openNetwork, systemClock } from '../network/index.js'
import { peerThatStartsOver } from '../network/peer-that-starts-over.js'
import type { PairingProgress } from './options.js'
import { receive } from './receive.js'
import { send } from './send.js'
import { runSession } from './session.js'

const LOCAL: NetworkOptions = { mdns: false, natTraversal: false, listen: ['/ip4/127.0.0.1/tcp/0'] }
const OTHER = '12D3KooWBkXTCSw6E8Y1BmiYinkbigvCaf7GeugoWRGTQkn6V1V5'
const MIB = 2 ** 20
const WRONG = '{"device":"","cc":"#cloud-config\\nwrong: 1\\n"}'

const blockOf = (index: bigint, pairing: Record<string, string>, ...present: string[]): Block => ({
  index,
  hash: 'f',
  prevHash: '',
  timestamp: '',
  storage: new Map([
    ['pairing', new Map(Object.entries(pairing))],
    ['presence', new Map(present.map((id) => [id, '""']))],
  ]),
})

const publish = (node: Network, block: Block) => void node.publish(encodeBlock(block))

/** A machine that confirmed another config before, and hands on the blocks that it gets, as Go's nodes do. */
async function machineThatTookAnother(token: Token, onOverwritten: (node: Network, payload: string) => void) {
  const node = await openNetwork(
    token,
    { ...LOCAL, dht: false },
    {
      onMessage({ data }) {
        const block = decodeBlock(data, MIB)
        if (block.index < 50n) return publish(node, blockOf(50n, { data: WRONG, [node.peerId]: '"ok"' }, node.peerId))
        const payload = lookUp(block.storage, 'pairing', 'data')
        if (typeof payload !== 'string' || payload === WRONG) return
        publish(node, block)
        onOverwritten(node, payload)
      },
    },
  )
  return node
}

describe('send', () => {
  let machine: Network | undefined
  afterEach(() => machine?.stop())
  const payload = { config: '#cloud-config\nright: 2\n' }

  it('is not told by a machine that repeats an earlier confirmation, nor by one that then takes our block over', async () => {
    const token = generateToken({ interval: NEVER_ROTATE })
    machine = await machineThatTookAnother(token, (node, data) =>
      publish(node, blockOf(99n, { data, [node.peerId]: '"ok"', [OTHER]: '"ok"' }, OTHER)),
    )
    const { peerId } = await send(token, payload, { network: { ...LOCAL, bootstrap: [...machine.addresses] } })
    expect(peerId).toBe(OTHER)
  })

  it('says so when the machine has confirmed another config', async () => {
    const token = generateToken({ interval: NEVER_ROTATE })
    let expire = () => {}
    const clock: Clock = {
      ...systemClock,
      after: (delayMs, run) => {
        if (delayMs !== 90_000) return systemClock.after(delayMs, run)
        expire = run
        return () => {}
      },
    }
    machine = await machineThatTookAnother(token, () => expire())
    const network = { ...LOCAL, bootstrap: [...machine.addresses], clock }
    await expect(send(token, payload, { timeoutMs: 90_000, network })).rejects.toMatchObject({
      code: 'pairing/not-acknowledged',
      message: 'A machine was found, but it has confirmed another config.',
    })
  })

  it('pairs though somebody has put a block at the end of what a ledger takes over', async () => {
    const token = generateToken({ interval: NEVER_ROTATE })
    const node = await openNetwork(
      token,
      { ...LOCAL, dht: false },
      {
        onMessage({ data }) {
          const block = decodeBlock(data, MIB)
          if (block.index < MAX_INDEX) return publish(node, blockOf(MAX_INDEX, {}))
          const payload = lookUp(block.storage, 'pairing', 'data')
          if (typeof payload !== 'string') return
          publish(node, blockOf(MAX_INDEX + 1n, { data: payload, [node.peerId]: '"ok"' }, node.peerId))
        },
      },
    )
    machine = node
    const { peerId } = await send(token, payload, { network: { ...LOCAL, bootstrap: [...node.addresses] } })
    expect(peerId).toBe(node.peerId)
  })

  it('sends again what may not have arrived when the machine has started over on the same connection', async () => {
    const token = generateToken({ interval: NEVER_ROTATE })
    const clock = fakeClock(1_700_000_000_000)
    const peer = await peerThatStartsOver(rotatingKeysAt(token, 0).roomTopic)
    const stop = new AbortController()
    const connected = Promise.withResolvers<void>()
    const first = peer.stream()
    const sending = send(token, payload, {
      network: { ...LOCAL, bootstrap: peer.addresses, clock },
      signal: stop.signal,
      onProgress: ({ phase }) => phase === 'connected' && connected.resolve(),
    })
    const old = await first
    await peer.join()
    await connected.promise
    clock.advance(1_000)
    const ended = new Promise((resolve) => old.addEventListener('close', resolve))
    const second = peer.stream()
    await peer.join()
    await ended
    clock.advance(50)
    const stream = await second
    const sentAgain = new Promise<void>((resolve) => {
      // gossipsub's own words are shorter than a sealed block.
      stream.addEventListener('message', ({ data }) => data.byteLength > 200 && resolve())
    })
    // The stream has just been opened; the greeting is tried again after that.
    clock.advance(50)
    await sentAgain
    stop.abort()
    await expect(sending).rejects.toMatchObject({ code: 'aborted' })
    await peer.stop()
  })
})

describe('runSession', () => {
  it('tells its handlers who joins', async () => {
    const token = generateToken({ interval: NEVER_ROTATE })
    const peer = await openNetwork(token, { ...LOCAL, dht: false }, { onMessage: () => {} })
    const joined = await runSession<string>(
      token,
      { network: { ...LOCAL, bootstrap: [...peer.addresses] } },
      {
        doing: 'Meeting',
        onStarted: () => {},
        onBlock: () => {},
        onPeerJoined: (session, id) => session.finish(id),
        onTimeout: () => 'nobody',
      },
    )
    expect(joined).toBe(peer.peerId)
    await peer.stop()
  })
})

describe('the time limit of a pairing', () => {
  /** Starts to wait, and runs something as soon as it does. */
  const waiting = (timeoutMs: number, clock: NetworkOptions['clock'], signal: AbortSignal, onListening: () => void) =>
    receive(generateToken(), {
      timeoutMs,
      signal,
      network: { ...LOCAL, dht: false, ...(clock && { clock }) },
      onProgress: ({ phase }: PairingProgress) => phase === 'listening' && onListening(),
    })

  it.each([Number.POSITIVE_INFINITY, 30 * 86_400_000])('may be %d ms', async (timeoutMs) => {
    const stop = new AbortController()
    // A timer that is too long for Node fires after 1 ms: before this one, which is set later.
    const onListening = () => void setTimeout(() => stop.abort(), 1)
    await expect(waiting(timeoutMs, undefined, stop.signal, onListening)).rejects.toMatchObject({
      code: 'aborted',
    })
  })

  it('comes when it should', async () => {
    const clock = fakeClock(1_700_000_000_000)
    const { signal } = new AbortController()
    await expect(waiting(90_000, clock, signal, () => clock.advance(90_000))).rejects.toMatchObject({
      code: 'pairing/no-config',
      message: 'No config arrived in 90 s.',
    })
  })
})
