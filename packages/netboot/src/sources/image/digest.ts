import { createHash } from 'node:crypto'
import { KairosError } from '@kairos-sdk/core'

/**
 * A digest as container images write it: `sha256:` and 64 lower-case hexadecimal digits (OCI image specification,
 * "Digests"). SHA-512, which the specification also registers, is accepted too.
 */
export type Digest = `sha256:${string}` | `sha512:${string}`

const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/

/** True for a well-formed digest of an algorithm that can be checked. */
export function isDigest(text: string): text is Digest {
  return DIGEST.test(text)
}

/** The digest's two halves: the algorithm in Node's words, and the hexadecimal digits. */
export function partsOfDigest(digest: Digest): { readonly algorithm: 'sha256' | 'sha512'; readonly hex: string } {
  return { algorithm: digest.startsWith('sha256:') ? 'sha256' : 'sha512', hex: digest.slice(7) }
}

/** SHA-256 of some bytes, as a digest. */
export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/**
 * Asserts that bytes in memory are those of a digest.
 *
 * @throws KairosError `image/wrong-digest`
 */
export function checkDigest(bytes: Uint8Array, digest: Digest, name: string): void {
  const { algorithm, hex } = partsOfDigest(digest)
  const found = createHash(algorithm).update(bytes).digest('hex')
  if (found !== hex) throw wrongDigest(name, digest, `${algorithm}:${found}`)
}

export interface Promised {
  readonly digest: Digest
  /** Number of bytes, where it is promised too. */
  readonly size?: number | undefined
}

/**
 * Passes a stream on and compares it with what was promised: throws as soon as there are more bytes, and at the end when
 * bytes are missing or others. A consumer that stops before the end has proven nothing.
 *
 * @throws KairosError `image/wrong-digest` while reading
 */
export async function* verified(
  chunks: AsyncIterable<Uint8Array>,
  { digest, size }: Promised,
  name: string,
): AsyncGenerator<Uint8Array> {
  const { algorithm, hex } = partsOfDigest(digest)
  const hash = createHash(algorithm)
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    if (size !== undefined && length > size) throw wrongSize(name, size, 'more')
    hash.update(chunk)
    yield chunk
  }
  if (size !== undefined && length < size) throw wrongSize(name, size, String(length))
  const found = hash.digest('hex')
  if (found !== hex) throw wrongDigest(name, digest, `${algorithm}:${found}`)
}

function wrongSize(name: string, expected: number, found: string): KairosError {
  return new KairosError('image/wrong-digest', `${name}: ${expected} bytes expected, ${found} found.`, {
    hint: 'It is damaged or was changed. Get the image again.',
  })
}

function wrongDigest(name: string, expected: string, found: string): KairosError {
  return new KairosError('image/wrong-digest', `${name}: content of ${expected} expected, of ${found} found.`, {
    hint: 'It is damaged or was changed. Get the image again.',
  })
}
