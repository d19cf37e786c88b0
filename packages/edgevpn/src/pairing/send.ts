import { KairosError, type Token } from '@kairos-sdk/core'
import { type Confirmations, openConfirmations } from './confirmation.js'
import type { PairingOptions, PairingPayload, SendResult } from './options.js'
import { PAIRING_BUCKET, PAYLOAD_KEY, toWire } from './payload.js'
import { runSession } from './session.js'
import { formatSeconds, LOCAL_NETWORK_HINT } from './timeout.js'

/**
 * Sends a cloud config to the machine that shows a token, and waits until it has confirmed this very config.
 *
 * @throws KairosError `cloud-config/*` before anything is sent; `ledger/too-large`; `pairing/no-peer` and
 *   `pairing/not-acknowledged` after `timeoutMs`; `network/*`; `argument/invalid`; `aborted`
 */
export async function send(token: Token, payload: PairingPayload, options: PairingOptions = {}): Promise<SendResult> {
  const value = toWire(payload)
  const sentTo = new Set<string>()
  let confirmations: Confirmations | undefined

  return runSession<SendResult>(token, options, {
    doing: 'Pairing',
    onStarted(session) {
      confirmations = openConfirmations(value, session.peerId)
      session.announce({ bucket: PAIRING_BUCKET, key: PAYLOAD_KEY, value })
    },

    onSent(session, peers) {
      for (const peer of peers) {
        if (sentTo.has(peer)) continue
        sentTo.add(peer)
        session.progress('payload-sent', 'Sent the config, waiting for the confirmation', peer)
      }
    },

    onBlock(session, block, from) {
      const peerId = confirmations?.read(block, from)
      if (peerId === undefined) return
      session.progress('acknowledged', 'The machine has the config', peerId)
      session.finish({ peerId, elapsedMs: session.elapsedMs() })
    },

    onTimeout(timeoutMs, seen) {
      if (!seen) {
        throw new KairosError('pairing/no-peer', `No machine answered in ${formatSeconds(timeoutMs)}.`, {
          hint: `Is it still showing this code? ${LOCAL_NETWORK_HINT}`,
        })
      }
      if (confirmations?.tookAnother) {
        throw new KairosError('pairing/not-acknowledged', 'A machine was found, but it has confirmed another config.', {
          hint: 'It was registered before, or by somebody else just now. To register it anew, restart it and use its new code.',
        })
      }
      throw new KairosError(
        'pairing/not-acknowledged',
        `A machine was found, but it did not confirm the config in ${formatSeconds(timeoutMs)}.`,
        { hint: 'Look at its screen: is it still waiting for its config? Then try again, or restart it.' },
      )
    },
  })
}
