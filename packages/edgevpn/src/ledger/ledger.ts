import { type Block, MAX_INDEX } from './block.js'
import { blockHash } from './checksum.js'
import { type Entry, entryText, lookUp, type Storage, withEntry } from './entry.js'
import { mergeStorage, type OwnershipMode, type Violation } from './ownership.js'

export interface LedgerInit {
  /** How entries are guarded. Default `off`, as in pairing. */
  readonly ownership?: OwnershipMode
  /** What merging may fill the ledger with at most, in bytes. Default 20,971,520, the `maxMessageSize` of most tokens. */
  readonly maxBytes?: number
  /** The time in milliseconds since 1970. Default: the system's. */
  readonly now?: () => number
  /** Told of entries that break the rules of ownership. */
  readonly onViolation?: (violation: Violation) => void
}

/** A value that a node wants to be in the ledger: anything that JSON can say, or JSON text as it stands. */
export type Announcement = { readonly bucket: string; readonly key: string } & (
  | { readonly value: unknown }
  | { readonly text: string }
)

/**
 * The state that all nodes of a network share, as one of them sees it: no network, no timers. Whoever holds one feeds it
 * the blocks that arrive and sends the blocks that `announce` returns.
 */
export class Ledger {
  readonly #ownership: OwnershipMode
  readonly #maxBytes: number
  readonly #now: () => number
  readonly #onViolation: (violation: Violation) => void
  #last: Block = genesis()

  constructor(init: LedgerInit = {}) {
    this.#ownership = init.ownership ?? 'off'
    this.#maxBytes = init.maxBytes ?? 20 * 2 ** 20
    this.#now = init.now ?? Date.now
    this.#onViolation = init.onViolation ?? (() => {})
  }

  /** The block that counts now. */
  get last(): Block {
    return this.#last
  }

  /** The entry under a bucket and key of the last block. */
  get(bucket: string, key: string): Entry | undefined {
    return lookUp(this.#last.storage, bucket, key)
  }

  /**
   * Takes a block from another node. With ownership `off` it replaces ours when its index is higher, or equal with a hash
   * that sorts higher, but not when it is above `MAX_INDEX`; otherwise its entries are merged.
   *
   * @returns true when the ledger changed
   */
  receive(block: Block): boolean {
    if (this.#ownership !== 'off') return this.#merge(block, this.#ownership)
    const last = this.#last
    if (block.index > MAX_INDEX) return false
    if (block.index < last.index || (block.index === last.index && block.hash <= last.hash)) return false
    this.#last = block
    return true
  }

  /**
   * Makes sure that values are in the ledger: those that are missing or different are written, in one new block.
   *
   * @returns the block to send, or undefined when everything was there
   */
  announce(announcements: Iterable<Announcement>): Block | undefined {
    let storage = this.#last.storage
    for (const announcement of announcements) {
      const { bucket, key } = announcement
      const text = 'text' in announcement ? announcement.text : JSON.stringify(announcement.value)
      if (entryText(lookUp(storage, bucket, key)) !== text) storage = withEntry(storage, bucket, key, text)
    }
    return storage === this.#last.storage ? undefined : this.#write(storage)
  }

  /**
   * Writes a block with nothing but these values: for a ledger that others have filled until nothing more fits.
   *
   * @returns the block to send
   */
  startOver(announcements: Iterable<Announcement>): Block {
    this.#last = { ...this.#last, storage: new Map() }
    return this.announce(announcements) ?? this.#last
  }

  #merge(block: Block, mode: 'observe' | 'enforce'): boolean {
    const { storage, violations } = mergeStorage(
      this.#last.storage,
      block.storage,
      mode,
      this.#now() / 1000,
      this.#maxBytes,
    )
    for (const violation of violations) this.#onViolation(violation)
    if (storage === this.#last.storage) return false
    this.#write(storage)
    return true
  }

  #write(storage: Storage): Block {
    const unhashed = {
      index: this.#last.index + 1n,
      timestamp: goTime(this.#now()),
      storage,
      prevHash: this.#last.hash,
    }
    this.#last = { ...unhashed, hash: blockHash(unhashed) }
    return this.#last
  }
}

/** What every node starts from. */
function genesis(): Block {
  const unhashed = { index: 0n, timestamp: '', storage: new Map(), prevHash: '' }
  return { ...unhashed, hash: blockHash(unhashed) }
}

/** A time as Go's `time.Time.String()` prints it in UTC. */
function goTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '')} +0000 UTC`
}
