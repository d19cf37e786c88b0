import { KairosError, type Token } from '@kairos-sdk/core'
import { peerIdFromString } from '@libp2p/peer-id'
import { type Block, entryValue, lookUp } from '../ledger/index.js'
import type { PairingOptions, PairingPayload, SendResult } from './options.js'
import { ACKNOWLEDGEMENT, PAIRING_BUCKET, PAYLOAD_KEY, PRESENCE_BUCKET, toWire } from './payload.js'
import { runSession } from './session.js'
import { formatSeconds, LOCAL_NETWORK_HINT } from './timeout.js'

/**
 * Sends a cloud config to the machine that shows a token, and waits for its confirmation.
 *
 * @throws KairosError `cloud-config/*` before anything is sent; `ledger/too-large`; `pairing/no-peer` and
 *   `pairing/not-acknowledged` after `timeoutMs`; `network/*`; `argument/invalid`; `aborted`
 */
export async function send(token: Token, payload: PairingPayload, options: PairingOptions = {}): Promise<SendResult> {
  const value = toWire(payload)
  const sentTo = new Set<string>()

  return runSession<SendResult>(token, options, {
    doing: 'Pairing',
    onStarted: (session) => session.announce({ bucket: PAIRING_BUCKET, key: PAYLOAD_KEY, value }),

    onSent(session, peers) {
      for (const peer of peers) {
        if (sentTo.has(peer)) continue
        sentTo.add(peer)
        session.progress('payload-sent', 'Sent the config, waiting for the confirmation', peer)
      }
    },

    onBlock(session, block, from) {
      const peerId = acknowledgementIn(block, from, session.peerId)
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
      throw new KairosError(
        'pairing/not-acknowledged',
        `A machine was found, but it did not confirm the config in ${formatSeconds(timeoutMs)}.`,
        { hint: 'Look at its screen: is it still waiting for its config? Then try again, or restart it.' },
      )
    },
  })
}

/** The machine whose confirmation is in a block: its author's own, or that of another that the block shows to be present. */
function acknowledgementIn(block: Block, from: string, ownId: string): string | undefined {
  const present = (id: string) => id === from || lookUp(block.storage, PRESENCE_BUCKET, id) !== undefined
  for (const [id, entry] of block.storage.get(PAIRING_BUCKET) ?? []) {
    if (id === PAYLOAD_KEY || id === ownId || !present(id)) continue
    if (entryValue(entry) === ACKNOWLEDGEMENT && isPeerId(id)) return id
  }
  return undefined
}

function isPeerId(text: string): boolean {
  try {
    peerIdFromString(text)
    return true
  } catch {
    return false
  }
}
