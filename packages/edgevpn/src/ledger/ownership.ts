import { type Entry, entryValue, lookUp, type SignedEntry, type Storage, sameEntry } from './entry.js'
import { verifyEntry } from './signature.js'

/**
 * How a network guards its entries, which all its nodes have in common:
 * - `off`: the higher block replaces everything. What pairing uses, and the only mode before EdgeVPN 0.35.
 * - `observe`: entries are merged one by one; those that break the rules are reported, but taken.
 * - `enforce`: those that break the rules are reported and refused.
 */
export type OwnershipMode = 'off' | 'observe' | 'enforce'

export interface Violation {
  readonly bucket: string
  readonly key: string
  readonly owner: string
  readonly reason: string
}

/** Time after which an owner without a heartbeat loses its entries: 15 minutes, as EdgeVPN's alive service. */
const LEASE_SECONDS = 900

const HEALTHCHECK = 'healthcheck'

type OwnerOf = (key: string, entry: Entry) => string | undefined

const ownerIsKey: OwnerOf = (key) => key
const ownerInValue: OwnerOf = (_key, entry) => {
  const value = entryValue(entry)
  return typeof value === 'object' && value !== null && 'PeerID' in value ? String(value.PeerID) : undefined
}
/** The first who signs for the key. */
const ownerIsSigner: OwnerOf = (_key, entry) => (typeof entry === 'string' ? undefined : entry.owner)

/** The buckets whose entries belong to somebody. All others, among them `presence` and `pairing`, are open to everybody. */
const OWNED_BUCKETS: ReadonlyMap<string, OwnerOf> = new Map([
  ['machines', ownerInValue],
  ['services', ownerInValue],
  ['files', ownerInValue],
  ['users', ownerIsKey],
  [HEALTHCHECK, ownerIsKey],
  ['dns', ownerIsSigner],
  ['egress', ownerIsKey],
])

/**
 * Merges the entries of another node's block into ours, one by one.
 *
 * @param now - unix seconds
 * @param maxBytes - what the merged storage may hold at most; entries beyond it are left out
 * @returns the merged storage, which is `current` itself when nothing changed, and what broke the rules
 */
export function mergeStorage(
  current: Storage,
  incoming: Storage,
  mode: 'observe' | 'enforce',
  now: number,
  maxBytes: number,
): { storage: Storage; violations: Violation[] } {
  const storage = new Map([...current].map(([bucket, keys]) => [bucket, new Map(keys)]))
  let room = maxBytes - sizeOf(current)
  let changed = false
  const violations: Violation[] = []
  const set = (bucket: string, key: string, entry: Entry, existing: Entry | undefined) => {
    const growth = entrySize(bucket, key, entry) - (existing === undefined ? 0 : entrySize(bucket, key, existing))
    if (growth > room) return violations.push({ bucket, key, owner: ownerOfEntry(entry), reason: 'the ledger is full' })
    room -= growth
    changed = true
    const keys = storage.get(bucket) ?? new Map()
    storage.set(bucket, keys.set(key, entry))
  }
  for (const [bucket, keys] of incoming) {
    const ownerOf = OWNED_BUCKETS.get(bucket)
    for (const [key, entry] of keys) {
      const existing = lookUp(storage, bucket, key)
      if (sameEntry(existing, entry)) continue
      if (!ownerOf) {
        if (existing === undefined || versionOf(entry) > versionOf(existing)) set(bucket, key, entry, existing)
        continue
      }
      const reason = violationOf(bucket, key, entry, existing, ownerOf, current, now)
      if (reason) violations.push({ bucket, key, owner: ownerOfEntry(entry), reason })
      if (!reason || mode === 'observe') set(bucket, key, entry, existing)
    }
  }
  return { storage: changed ? storage : current, violations }
}

function ownerOfEntry(entry: Entry): string {
  return typeof entry === 'string' ? '' : entry.owner
}

/** About what the storage takes in a block, in bytes. */
function sizeOf(storage: Storage): number {
  let size = 0
  for (const [bucket, keys] of storage) for (const [key, entry] of keys) size += entrySize(bucket, key, entry)
  return size
}

/** What JSON writes around a signed entry: the names of its fields, numbers and a signature in base64. */
const SIGNED_OVERHEAD = 230

function entrySize(bucket: string, key: string, entry: Entry): number {
  const names = bucket.length + key.length
  return names + (typeof entry === 'string' ? entry.length : entry.value.length + entry.owner.length + SIGNED_OVERHEAD)
}

/** Why an entry may not take the place of the existing one, or undefined when it may. */
function violationOf(
  bucket: string,
  key: string,
  entry: Entry,
  existing: Entry | undefined,
  ownerOf: OwnerOf,
  storage: Storage,
  now: number,
): string | undefined {
  if (typeof entry === 'string' || !verifyEntry(bucket, key, entry)) return 'no valid signature'
  if (!entry.deleted && ownerOf(key, entry) !== entry.owner) return 'the value names another owner than the signer'
  if (existing === undefined) return entry.deleted ? 'deletes what does not exist' : undefined
  if (isTombstone(existing)) return entry.version > versionOf(existing) ? undefined : 'older than the deletion'
  const owner = typeof existing === 'string' ? ownerOf(key, existing) : existing.owner
  if (owner !== entry.owner && !isExpired(bucket, existing, owner, storage, now)) return 'belongs to a live peer'
  return isNewer(entry, existing) ? undefined : 'older than what is there'
}

function isNewer(entry: SignedEntry, existing: Entry): boolean {
  const version = versionOf(existing)
  if (entry.version !== version || entry.deleted) return entry.version > version
  if (typeof existing === 'string') return true
  // All nodes must choose the same one of two that claim the same version.
  return (
    entry.owner > existing.owner ||
    (entry.owner === existing.owner && Buffer.compare(entry.signature, existing.signature) > 0)
  )
}

function isExpired(bucket: string, existing: Entry, owner: string | undefined, storage: Storage, now: number): boolean {
  if (bucket === HEALTHCHECK) {
    return typeof existing === 'string' || Number(existing.updatedAt) + LEASE_SECONDS < now
  }
  const heartbeat = owner === undefined ? undefined : entryValue(lookUp(storage, HEALTHCHECK, owner))
  const seen = typeof heartbeat === 'string' ? Date.parse(heartbeat) / 1000 : Number.NaN
  return !(seen + LEASE_SECONDS > now)
}

function isTombstone(entry: Entry): boolean {
  return typeof entry !== 'string' && entry.deleted
}

function versionOf(entry: Entry): bigint {
  return typeof entry === 'string' ? 0n : entry.version
}
