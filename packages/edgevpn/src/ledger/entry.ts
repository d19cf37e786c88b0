/**
 * A value that its owner signed, as EdgeVPN 0.35 and later write it. Integers are bigints, because a uint64 version
 * does not fit into a JavaScript number.
 */
export interface SignedEntry {
  /** JSON text. */
  readonly value: string
  /** Peer id (base58) of who signed. */
  readonly owner: string
  /** Counts up with each change; uint64. */
  readonly version: bigint
  /** Unix seconds; int64. */
  readonly updatedAt: bigint
  /** True for a tombstone: the key is gone, but its version must be remembered. */
  readonly deleted: boolean
  /** Ed25519 signature, see `verifyEntry`. */
  readonly signature: Uint8Array
}

/** A value of the ledger: plain JSON text, the common form, or one that its owner signed. */
export type Entry = string | SignedEntry

/** Bucket → key → entry. Maps, because names come from the network: `__proto__` is a key like any other. */
export type Storage = ReadonlyMap<string, ReadonlyMap<string, Entry>>

/** The JSON text of an entry, or undefined for none and for a tombstone. */
export function entryText(entry: Entry | undefined): string | undefined {
  if (entry === undefined || typeof entry === 'string') return entry
  return entry.deleted ? undefined : entry.value
}

/** What the entry's JSON text says; undefined for none, a tombstone and for what is not JSON. */
export function entryValue(entry: Entry | undefined): unknown {
  const text = entryText(entry)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** True when two entries are the same in every field. */
export function sameEntry(one: Entry | undefined, other: Entry | undefined): boolean {
  if (typeof one !== 'object' || typeof other !== 'object') return one === other
  return (
    one.value === other.value &&
    one.owner === other.owner &&
    one.version === other.version &&
    one.updatedAt === other.updatedAt &&
    one.deleted === other.deleted &&
    Buffer.compare(one.signature, other.signature) === 0
  )
}

/** The entry under a bucket and key. */
export function lookUp(storage: Storage, bucket: string, key: string): Entry | undefined {
  return storage.get(bucket)?.get(key)
}

/** A copy of the storage with one entry set. */
export function withEntry(storage: Storage, bucket: string, key: string, entry: Entry): Storage {
  return new Map(storage).set(bucket, new Map(storage.get(bucket)).set(key, entry))
}
