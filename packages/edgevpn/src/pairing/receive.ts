import { KairosError, type Token } from '@kairos-sdk/core'
import { entryValue, lookUp } from '../ledger/index.js'
import type { PairingOptions, ReceivedPayload } from './options.js'
import { ACKNOWLEDGEMENT, fromWire, PAIRING_BUCKET, PAYLOAD_KEY } from './payload.js'
import { runSession, type Session } from './session.js'
import { formatSeconds, LOCAL_NETWORK_HINT } from './timeout.js'

/** Longest wait for the sender to notice the confirmation, in milliseconds. Go looks every 10 s and may need two turns. */
const LINGER_MS = 30_000

/**
 * The machine's side: waits for a cloud config under a token and confirms it. Returns when the sender has gone, which
 * means that it knows; or 30 s after the config, so that a sender that stays does not hold up the installation.
 *
 * @throws KairosError `pairing/no-config` after `timeoutMs`; `network/*`; `argument/invalid`; `aborted`
 */
export async function receive(token: Token, options: PairingOptions = {}): Promise<ReceivedPayload> {
  let received: ReceivedPayload | undefined
  let sender: string | undefined
  let senderToldSo = false
  let senderGone = false
  let linger: NodeJS.Timeout | undefined

  /** A sender that goes after it was handed the confirmation has seen it. */
  function finishWhenKnown(session: Session<ReceivedPayload>) {
    if (!received || !senderToldSo || !senderGone) return
    session.progress('acknowledged', 'The sender has gone: it knows', sender)
    session.finish(received)
  }

  try {
    return await runSession<ReceivedPayload>(token, options, {
      doing: 'Waiting for a config',
      onStarted: () => {},

      onBlock(session, block, from) {
        if (received) return
        const entry = lookUp(block.storage, PAIRING_BUCKET, PAYLOAD_KEY)
        if (entry === undefined) return
        const payload = fromWire(entryValue(entry))
        if (!payload) {
          options.network?.log?.('warn', `what ${from} sent is not a pairing payload; waiting for another`)
          return
        }
        const { config, device, reboot, poweroff } = payload
        const result: ReceivedPayload = { config, device, reboot, poweroff, elapsedMs: session.elapsedMs() }
        received = result
        sender = from
        session.progress('payload-received', 'Received the config, confirming', from)
        session.announce({ bucket: PAIRING_BUCKET, key: session.peerId, value: ACKNOWLEDGEMENT })
        linger = setTimeout(() => session.finish(result), LINGER_MS)
      },

      onSent(session, peers) {
        if (!received || sender === undefined || !peers.has(sender)) return
        senderToldSo = true
        finishWhenKnown(session)
      },

      onPeerLeft(session, peer) {
        if (peer !== sender) return
        senderGone = true
        finishWhenKnown(session)
      },

      onTimeout(timeoutMs, seen) {
        if (received) return received
        throw new KairosError('pairing/no-config', `No config arrived in ${formatSeconds(timeoutMs)}.`, {
          hint: seen
            ? 'A peer was there, but sent none: it must register with this very token.'
            : `Register this machine with: kairosctl register --config FILE TOKEN. ${LOCAL_NETWORK_HINT}`,
        })
      },
    })
  } finally {
    clearTimeout(linger)
  }
}
