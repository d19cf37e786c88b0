import { createPublicKey, verify } from 'node:crypto'
import { peerIdFromString } from '@libp2p/peer-id'
import type { SignedEntry } from './entry.js'

/**
 * Whether the peer that an entry names as its owner signed it for this bucket and key. The public key is part of an
 * Ed25519 peer id, so nothing has to be looked up.
 */
export function verifyEntry(bucket: string, key: string, entry: SignedEntry): boolean {
  const publicKey = ed25519KeyOf(entry.owner)
  if (!publicKey || entry.signature.length !== 64) return false
  return verify(null, signedBytes(bucket, key, entry), publicKey, entry.signature)
}

/**
 * The bytes that an owner signs.
 *
 *     Size   Field
 *     8 + n  bucket: length as a big-endian integer, then UTF-8
 *     8 + n  key, likewise
 *     8 + n  owner, likewise
 *     8      version, big-endian
 *     8      updatedAt, big-endian
 *     1      deleted: 0 or 1
 *     8 + n  value, likewise
 */
export function signedBytes(bucket: string, key: string, entry: Omit<SignedEntry, 'signature'>): Uint8Array {
  const numbers = Buffer.alloc(17)
  numbers.writeBigUInt64BE(entry.version, 0)
  numbers.writeBigInt64BE(entry.updatedAt, 8)
  numbers.writeUInt8(entry.deleted ? 1 : 0, 16)
  return Buffer.concat([
    lengthPrefixed(bucket),
    lengthPrefixed(key),
    lengthPrefixed(entry.owner),
    numbers,
    lengthPrefixed(entry.value),
  ])
}

function lengthPrefixed(text: string): Uint8Array {
  const bytes = Buffer.from(text)
  const length = Buffer.alloc(8)
  length.writeBigUInt64BE(BigInt(bytes.length))
  return Buffer.concat([length, bytes])
}

function ed25519KeyOf(peerId: string) {
  try {
    const id = peerIdFromString(peerId)
    if (id.type !== 'Ed25519') return undefined
    const x = Buffer.from(id.publicKey.raw).toString('base64url')
    return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } })
  } catch {
    return undefined
  }
}
