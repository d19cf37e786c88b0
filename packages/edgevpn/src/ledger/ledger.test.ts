import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { describe, expect, it } from 'vitest'
import { type Block, decodeBlock, encodeBlock, MAX_INDEX } from './block.js'
import { blockHash } from './checksum.js'
import { type Entry, entryText, entryValue, type SignedEntry, type Storage } from './entry.js'
import { Ledger } from './ledger.js'
import type { Violation } from './ownership.js'
import { signedBytes } from './signature.js'

const NOW = Date.parse('2026-11-21T08:12:51.305Z')
const now = () => NOW
const storage = (buckets: Record<string, Record<string, Entry>>): Storage =>
  new Map(Object.entries(buckets).map(([bucket, keys]) => [bucket, new Map(Object.entries(keys))]))
const block = (index: bigint, hash: string, buckets: Record<string, Record<string, Entry>> = {}): Block => ({
  index,
  hash,
  prevHash: '',
  timestamp: '',
  storage: storage(buckets),
})

function owner() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  return { id: peerIdFromPublicKey(publicKeyFromRaw(raw)).toString(), privateKey }
}
function signed(
  by: { id: string; privateKey: KeyObject },
  bucket: string,
  key: string,
  fields: Partial<SignedEntry>,
): SignedEntry {
  const unsigned = {
    value: '""',
    owner: by.id,
    version: 1n,
    updatedAt: BigInt((NOW / 1000 - 5) | 0),
    deleted: false,
    ...fields,
  }
  return { ...unsigned, signature: sign(null, signedBytes(bucket, key, unsigned), by.privateKey) }
}

describe('Ledger', () => {
  it('starts where Go starts and writes what Go would write', () => {
    const ledger = new Ledger({ now })
    expect(ledger.last).toMatchObject({
      index: 0n,
      hash: '993c923422cd134b6aad0235ebfd4290a7b27b83d1bcd6b1fb2addc4b45b2fa6',
    })
    const written = ledger.announce([{ bucket: 'presence', key: 'me', value: '' }])
    expect(written).toMatchObject({
      index: 1n,
      timestamp: '2026-11-21 08:12:51.305 +0000 UTC',
      prevHash: '993c923422cd134b6aad0235ebfd4290a7b27b83d1bcd6b1fb2addc4b45b2fa6',
    })
    expect(written && blockHash(written)).toBe(written?.hash)
    expect(ledger.get('presence', 'me')).toBe('""')
  })

  it('takes a higher block, and of two at one height the one whose hash sorts higher', () => {
    const ledger = new Ledger()
    expect(ledger.receive(block(5n, 'b'))).toBe(true)
    expect(ledger.receive(block(4n, 'z'))).toBe(false)
    expect(ledger.receive(block(5n, 'a'))).toBe(false)
    expect(ledger.receive(block(5n, 'b'))).toBe(false)
    expect(ledger.receive(block(5n, 'c'))).toBe(true)
    expect(ledger.receive(block(2n ** 60n, 'a'))).toBe(true)
    expect(ledger.last.index).toBe(2n ** 60n)
  })

  it('keeps room to write: it takes no block over whose index is near the end of int64', () => {
    const ledger = new Ledger()
    expect(ledger.receive(block(2n ** 63n - 1n, 'f'))).toBe(false)
    expect(ledger.receive(block(MAX_INDEX + 1n, 'f'))).toBe(false)
    expect(ledger.receive(block(MAX_INDEX, 'f'))).toBe(true)
    const written = ledger.announce([{ bucket: 'presence', key: 'me', value: '' }])
    expect(written?.index).toBe(MAX_INDEX + 1n)
    expect(written && decodeBlock(encodeBlock(written), 1_000).index).toBe(MAX_INDEX + 1n)
  })

  it('writes again what another block dropped or changed, and nothing when all is there', () => {
    const ledger = new Ledger()
    const mine = [
      { bucket: 'presence', key: 'me', value: '' },
      { bucket: 'pairing', key: 'data', value: { cc: 'x' } },
    ]
    ledger.announce(mine)
    expect(ledger.announce(mine)).toBeUndefined()
    ledger.receive(block(9n, 'a', { pairing: { data: '{"cc":"other"}' }, presence: { you: '""' } }))
    expect(ledger.announce(mine)?.index).toBe(10n)
    expect(entryValue(ledger.get('pairing', 'data'))).toEqual({ cc: 'x' })
    expect(ledger.get('presence', 'you')).toBe('""')
  })

  it('passes signed entries of others on unchanged', () => {
    const entry = signed(owner(), 'dns', 'x', { version: 2n ** 64n - 1n })
    const ledger = new Ledger()
    ledger.receive(block(1n, 'a', { dns: { x: entry } }))
    expect(
      ledger
        .announce([{ bucket: 'presence', key: 'me', value: '' }])
        ?.storage.get('dns')
        ?.get('x'),
    ).toEqual(entry)
  })

  it('has no value for a tombstone', () => {
    const entry = signed(owner(), 'dns', 'x', { deleted: true })
    expect(entryText(entry)).toBeUndefined()
    expect(entryValue('no json')).toBeUndefined()
  })
})

describe('Ledger with ownership', () => {
  const alice = owner()
  const mallory = owner()
  const beat = (time: number) =>
    signed(alice, 'healthcheck', alice.id, { value: JSON.stringify(new Date(time).toISOString()) })

  function ledgers(...blocks: Block[]) {
    const violations: Violation[] = []
    const enforcing = new Ledger({ ownership: 'enforce', now, onViolation: (violation) => violations.push(violation) })
    const observing = new Ledger({ ownership: 'observe', now })
    for (const block of blocks) {
      enforcing.receive(block)
      observing.receive(block)
    }
    return { enforcing, observing, violations }
  }

  it('merges open buckets: what is new is taken, what is there stays, whatever the height', () => {
    const { enforcing } = ledgers(
      block(3n, 'a', { pairing: { data: '1' } }),
      block(1n, 'a', { pairing: { data: '2', me: '"ok"' } }),
    )
    expect(enforcing.get('pairing', 'data')).toBe('1')
    expect(enforcing.get('pairing', 'me')).toBe('"ok"')
  })

  it.each([
    ['unsigned', () => '"x"' as Entry],
    ['signed by somebody else', () => signed(mallory, 'users', alice.id, {})],
    ['signed for another key', () => signed(alice, 'users', 'other', {})],
    ['older', () => signed(alice, 'users', alice.id, { version: 1n })],
  ])('refuses an entry that is %s; observing only reports it', (_how, entry) => {
    const real = signed(alice, 'users', alice.id, { version: 2n, value: '"real"' })
    const first = block(1n, 'a', { healthcheck: { [alice.id]: beat(NOW - 1_000) }, users: { [alice.id]: real } })
    const forged = entry()
    const { enforcing, observing, violations } = ledgers(first, block(2n, 'a', { users: { [alice.id]: forged } }))
    expect(enforcing.get('users', alice.id)).toEqual(real)
    expect(observing.get('users', alice.id)).toEqual(forged)
    expect(violations).toMatchObject([{ bucket: 'users', key: alice.id }])
  })

  it('lets another take a name whose owner has had no heartbeat for 15 minutes', () => {
    const taken = signed(mallory, 'dns', 'name', { version: 9n })
    const first = (time: number) =>
      block(1n, 'a', { healthcheck: { [alice.id]: beat(time) }, dns: { name: signed(alice, 'dns', 'name', {}) } })
    const alive = ledgers(first(NOW - 60_000), block(2n, 'a', { dns: { name: taken } }))
    expect(alive.enforcing.get('dns', 'name')).not.toEqual(taken)
    const gone = ledgers(first(NOW - 1_000_000), block(2n, 'a', { dns: { name: taken } }))
    expect(gone.enforcing.get('dns', 'name')).toEqual(taken)
  })

  it('takes no more than it has room for, however many entries come', () => {
    const violations: Violation[] = []
    const ledger = new Ledger({
      ownership: 'enforce',
      maxBytes: 1_000,
      onViolation: (violation) => violations.push(violation),
    })
    for (let round = 0; round < 200; round++)
      ledger.receive(block(1n, 'a', { open: { [`key ${round}`]: '"0123456789"' } }))
    expect(ledger.last.storage.get('open')?.size).toBeGreaterThan(20)
    expect(ledger.last.storage.get('open')?.size).toBeLessThan(60)
    expect(violations[0]).toMatchObject({ bucket: 'open', reason: 'the ledger is full' })
  })

  it('remembers a deletion against older versions', () => {
    const { enforcing, violations } = ledgers(
      block(1n, 'a', { dns: { name: signed(alice, 'dns', 'name', { version: 1n }) } }),
      block(2n, 'a', { dns: { name: signed(alice, 'dns', 'name', { version: 3n, deleted: true }) } }),
      block(3n, 'a', { dns: { name: signed(alice, 'dns', 'name', { version: 2n }) } }),
    )
    expect(entryText(enforcing.get('dns', 'name'))).toBeUndefined()
    expect(violations).toMatchObject([{ reason: 'older than the deletion' }])
  })
})
