import { peerIdFromString } from '@libp2p/peer-id'
import { type Block, entryText, entryValue, lookUp } from '../ledger/index.js'
import { ACKNOWLEDGEMENT, fromWire, PAIRING_BUCKET, PAYLOAD_KEY, PRESENCE_BUCKET, type WirePayload } from './payload.js'

/** Reads from the blocks of others which machine has confirmed our payload. */
export interface Confirmations {
  /** The machine that a block shows to have confirmed our payload, if there is one. */
  read(block: Block, from: string): string | undefined
  /** Whether a machine has confirmed somebody else's payload. */
  readonly tookAnother: boolean
}

/**
 * A machine takes the first payload that it sees and confirms it with a bare "ok", on top of the block that it read. So an
 * "ok" counts only beside our payload; and not at all by a machine that was seen with an "ok" beside another one, because
 * who writes a payload over another, ours among them, leaves the "ok" where it is.
 */
export function openConfirmations(payload: WirePayload, ownId: string): Confirmations {
  const ours = JSON.stringify(payload)
  const tookAnother = new Set<string>()

  function confirmersIn(block: Block, from: string): string[] {
    const present = (id: string) => id === from || lookUp(block.storage, PRESENCE_BUCKET, id) !== undefined
    return [...(block.storage.get(PAIRING_BUCKET) ?? [])]
      .filter(([id, entry]) => id !== PAYLOAD_KEY && id !== ownId && entryValue(entry) === ACKNOWLEDGEMENT)
      .map(([id]) => id)
      .filter((id) => present(id) && isPeerId(id))
  }

  return {
    read(block, from) {
      const entry = lookUp(block.storage, PAIRING_BUCKET, PAYLOAD_KEY)
      if (entryText(entry) === ours) return confirmersIn(block, from).find((id) => !tookAnother.has(id))
      // What is no payload, nobody can have taken.
      if (fromWire(entryValue(entry))) for (const id of confirmersIn(block, from)) tookAnother.add(id)
      return undefined
    },

    get tookAnother() {
      return tookAnother.size > 0
    },
  }
}

function isPeerId(text: string): boolean {
  try {
    peerIdFromString(text)
    return true
  } catch {
    return false
  }
}
