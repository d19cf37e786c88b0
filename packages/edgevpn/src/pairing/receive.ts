import { KairosError, type Token } from '@kairos-sdk/core'
import { type Block, entryText, entryValue, lookUp } from '../ledger/index.js'
import type { NetworkOptions } from '../network/index.js'
import type { PairingOptions, ReceivedPayload } from './options.js'
import { ACKNOWLEDGEMENT, fromWire, PAIRING_BUCKET, PAYLOAD_KEY } from './payload.js'
import { runSession, type Session, type SessionHandlers } from './session.js'
import { formatSeconds, LOCAL_NETWORK_HINT } from './timeout.js'

/** Longest wait for the sender to notice the confirmation, in milliseconds. Go looks every 10 s and may need two turns. */
const LINGER_MS = 30_000

/**
 * The machine's side: waits for a cloud config under a token and confirms it. Returns when the sender has gone, which
 * means that it knows; or 30 s after the config, so that a sender that stays does not hold up the installation.
 *
 * @throws KairosError `pairing/no-config` after `timeoutMs`, or `pairing/invalid-payload` when something else arrived;
 *   `network/*`; `argument/invalid`; `aborted`
 */
export function receive(token: Token, options: PairingOptions = {}): Promise<ReceivedPayload> {
  return runSession(token, options, receiverHandlers(options.network?.log))
}

/** What the machine's side does with what happens. */
export function receiverHandlers(log: NetworkOptions['log']): SessionHandlers<ReceivedPayload> {
  let received: ReceivedPayload | undefined
  let sender: string | undefined
  let senderToldSo = false
  let senderGone = false
  let refusedSomething = false

  /** A sender that goes after it was handed the confirmation has seen it. */
  function finishWhenKnown(session: Session<ReceivedPayload>) {
    if (!received || !senderToldSo || !senderGone) return
    session.progress('acknowledged', 'The sender has gone: it knows', sender)
    session.finish(received)
  }

  function payloadIn(block: Block, from: string) {
    const entry = lookUp(block.storage, PAIRING_BUCKET, PAYLOAD_KEY)
    if (entry === undefined) return undefined
    const payload = fromWire(entryValue(entry))
    const text = entryText(entry)
    if (payload && text !== undefined) return { ...payload, text }
    // It comes again in every block, for as long as it is there.
    log?.(refusedSomething ? 'debug' : 'warn', `what ${from} sent is not a pairing payload; waiting for another`)
    refusedSomething = true
    return undefined
  }

  return {
    doing: 'Waiting for a config',
    onStarted: () => {},

    onBlock(session, block, from) {
      if (received) return
      const payload = payloadIn(block, from)
      if (!payload) return
      const { config, device, reboot, poweroff, text } = payload
      const result: ReceivedPayload = { config, device, reboot, poweroff, elapsedMs: session.elapsedMs() }
      received = result
      sender = from
      session.progress('payload-received', 'Received the config, confirming', from)
      session.announce(
        // With the payload, so that nobody can take it for the confirmation of another one that is sent after it.
        { bucket: PAIRING_BUCKET, key: PAYLOAD_KEY, text },
        { bucket: PAIRING_BUCKET, key: session.peerId, value: ACKNOWLEDGEMENT },
      )
      session.after(LINGER_MS, () => session.finish(result))
    },

    onSent(session, peers) {
      if (!received || sender === undefined || !peers.has(sender)) return
      senderToldSo = true
      finishWhenKnown(session)
    },

    onPeerJoined(_session, peer) {
      if (peer === sender) senderGone = false
    },

    onPeerLeft(session, peer) {
      if (peer !== sender) return
      senderGone = true
      finishWhenKnown(session)
    },

    onTimeout(timeoutMs, seen) {
      if (received) return received
      const time = formatSeconds(timeoutMs)
      if (refusedSomething) {
        throw new KairosError('pairing/invalid-payload', `What arrived in ${time} is not a pairing payload.`, {
          hint: 'Register this machine with: kairosctl register --config FILE TOKEN, and see what else uses its token.',
        })
      }
      throw new KairosError('pairing/no-config', `No config arrived in ${time}.`, {
        hint: seen
          ? 'A peer was there, but sent none: it must register with this very token.'
          : `Register this machine with: kairosctl register --config FILE TOKEN. ${LOCAL_NETWORK_HINT}`,
      })
    },
  }
}
