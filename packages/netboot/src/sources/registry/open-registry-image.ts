import { writeFile } from 'node:fs/promises'
import { KairosError, throwIfAborted } from '@kairos-sdk/core'
import { defaultHttpClient, type HttpClient, type ReadOptions, readFully } from '../../bytes/index.js'
import type { Cache } from '../cache/index.js'
import type { ImageArchitecture } from '../image/architecture.js'
import type { BlobRequest, BlobStore } from '../image/blob-store.js'
import { checkDigest, type Digest, partsOfDigest } from '../image/digest.js'
import type { ImageOperationOptions } from '../image/image-event.js'
import { MediaType } from '../image/media-types.js'
import { type OpenedImage, openedImage } from '../image/opened-image.js'
import { formatReference, type ImageReference } from '../image/reference.js'
import { type ResolvedImage, resolveImage } from '../image/resolve-image.js'
import type { TransferOptions } from '../transfer/index.js'
import { createAuthorizer } from './authorizer.js'
import { connectRegistry, type RegistryConnection } from './connection.js'
import { type FindCredentialsOptions, findCredentials } from './credentials/find-credentials.js'
import type { InsecureRegistries } from './insecure-registries.js'
import { downloadLayers, type LayerDownloads } from './layer-downloads.js'
import { createRegistryClient, type RegistryClient } from './registry-client.js'
import { tagRecords } from './tag-records.js'

export interface OpenRegistryImageOptions extends ImageOperationOptions {
  /** What the image was asked for by. */
  readonly name: string
  readonly cache: Cache
  readonly architecture?: ImageArchitecture | undefined
  /** Default: none. */
  readonly insecureRegistries?: InsecureRegistries | undefined
  /** Default: one that all share, which honours the proxies of the environment. */
  readonly http?: HttpClient | undefined
  /** Where logins are looked for. Default: the user's own files and environment. */
  readonly credentials?: FindCredentialsOptions | undefined
  /** Waits between two attempts. Default: the system's clock. */
  readonly wait?: TransferOptions['wait']
}

interface Session {
  readonly client: RegistryClient
  readonly http: (url: URL) => HttpClient
}

/**
 * Opens an image of a registry (OCI distribution specification 1.1). Resolves as soon as its manifest and configuration
 * are there; the layers are then on their way into the cache, three at a time, the topmost first, and reading one waits for
 * it. What is in the cache is not asked for again: an image by digest that is there as a whole needs no network, and a
 * tag leads where it led last when the registry cannot be reached, which is told as progress.
 *
 * Decision: an own client. Of those on npm, docker-registry-client and its fork for Renovate stand on restify and bunyan 1,
 * Snyk's on needle; none resumes, takes zstd, asks credential helpers and verifies all that it reads.
 *
 * @throws KairosError `image/*`, `registry/*`, `input/*`, `output/*`, `aborted`
 */
export async function openRegistryImage(
  reference: ImageReference,
  options: OpenRegistryImageOptions,
): Promise<OpenedImage> {
  const { name, cache, signal, onProgress } = options
  let connection: RegistryConnection | undefined
  let session: Promise<Session> | undefined
  const connect = () => {
    if (session) return session
    const opening = openSession(reference, options).then((opened) => {
      connection = opened.connection
      return opened
    })
    session = opening
    // A registry that is out of reach now may be back for the next one who asks.
    opening.catch(() => {
      if (session === opening) session = undefined
    })
    return opening
  }
  let downloads: LayerDownloads | undefined
  const release = async () => {
    await downloads?.stop()
    await session?.catch(() => undefined)
    await connection?.[Symbol.asyncDispose]()
  }
  const store: BlobStore = {
    name: reference.registry,
    readBlob: (blob, maxBytes, read) => readCached(blob, maxBytes, cache, connect, read),
    async *openLayer({ digest }, read = {}) {
      if (!downloads) throw new KairosError('internal', `${name}: layers are read before they are known.`)
      const source = await until(downloads.layer(digest), read.signal, `Cannot read ${digest}`)
      yield* source.read(0, source.size, read)
    },
  }
  try {
    onProgress?.({ phase: 'resolve', message: `Looking for ${formatReference(reference)}` })
    const root =
      reference.digest === undefined ? await resolveTag(reference, options, connect) : { digest: reference.digest }
    const resolved: ResolvedImage = await resolveImage(store, root, options)
    for (const { digest } of resolved.layers) sha256Of(digest)
    const { wait } = options
    downloads = downloadLayers({ name, layers: resolved.layers, cache, client: connect, wait, signal, onProgress })
    return openedImage(resolved.image, release)
  } catch (error) {
    await release()
    throw error
  }
}

async function openSession(reference: ImageReference, options: OpenRegistryImageOptions) {
  const { http = defaultHttpClient(), insecureRegistries, signal, wait } = options
  const connection = await connectRegistry(reference.registry, { http, insecureRegistries, wait, signal })
  const authorizer = createAuthorizer({
    reference,
    findCredentials: () => findCredentials(reference, { ...options.credentials, signal }),
    allowHttp: connection.origin.startsWith('http:'),
    http: connection.http,
  })
  return {
    connection,
    client: createRegistryClient({ reference, connection, authorizer, wait }),
    http: connection.http,
  }
}

async function resolveTag(
  reference: ImageReference,
  { cache, signal, onProgress }: OpenRegistryImageOptions,
  connect: () => Promise<Session>,
): Promise<BlobRequest> {
  const records = tagRecords(cache.directory)
  const name = formatReference(reference)
  try {
    const { client } = await connect()
    const { bytes, digest, mediaType } = await client.manifest(reference.tag ?? 'latest', signal)
    await keep(cache, digest, bytes, signal)
    await records.remember(reference, digest)
    return { digest, mediaType }
  } catch (error) {
    if (!KairosError.is(error, 'input/unreachable')) throw error
    const digest = await records.recall(reference)
    if (!digest) throw error
    onProgress?.({
      phase: 'offline',
      message: `${reference.registry} cannot be reached: taking ${name} as it was last (${digest})`,
    })
    return { digest }
  }
}

const MANIFESTS = new Set<string>(Object.values(MediaType).filter((type) => /manifest|index/.test(type)))

/** A manifest or configuration, of the cache or else of the registry. */
async function readCached(
  blob: BlobRequest,
  maxBytes: number,
  cache: Cache,
  connect: () => Promise<Session>,
  { signal }: ReadOptions = {},
): Promise<Uint8Array> {
  const { digest, size, mediaType } = blob
  if (size !== undefined && size > maxBytes) {
    throw new KairosError('image/malformed', `${digest}: at most ${maxBytes} bytes expected, ${size} found.`)
  }
  const cached = await cache.blob(sha256Of(digest), size)
  if (cached && cached.size <= maxBytes) {
    const bytes = await readFully(cached, 0, cached.size, { signal })
    if (isRight(bytes, digest)) return bytes
    // Removes it, so that it is fetched again.
    await cache.verify(sha256Of(digest), { signal })
  }
  const { client } = await connect()
  // Only the root comes without a type, and that is a manifest.
  const isManifest = mediaType === undefined ? size === undefined : MANIFESTS.has(mediaType.split(';', 1)[0] ?? '')
  const bytes = isManifest
    ? (await client.manifest(digest, signal)).bytes
    : await client.blob(digest, Math.min(maxBytes, size ?? maxBytes), signal)
  if (size !== undefined && bytes.length !== size) {
    throw new KairosError('image/wrong-digest', `${digest}: ${size} bytes expected, ${bytes.length} found.`)
  }
  await keep(cache, digest, bytes, signal)
  return bytes
}

async function keep(cache: Cache, digest: Digest, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
  await cache.fetch(sha256Of(digest), (path) => writeFile(path, bytes, { mode: 0o600 }), { signal })
}

function isRight(bytes: Uint8Array, digest: Digest): boolean {
  try {
    checkDigest(bytes, digest, digest)
    return true
  } catch {
    return false
  }
}

/** The cache keeps files by SHA-256, which is also what all registries use. */
function sha256Of(digest: Digest): string {
  const { algorithm, hex } = partsOfDigest(digest)
  if (algorithm === 'sha256') return hex
  throw new KairosError('image/unsupported', `A digest of SHA-256 expected, one of ${algorithm} found.`)
}

/** Waits for something that others may wait for too; the signal ends the waiting only. */
async function until<Result>(result: Promise<Result>, signal: AbortSignal | undefined, doing: string): Promise<Result> {
  if (!signal) return result
  throwIfAborted(signal, doing)
  const { promise, reject } = Promise.withResolvers<never>()
  const cancel = () => {
    try {
      throwIfAborted(signal, doing)
    } catch (error) {
      reject(error)
    }
  }
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await Promise.race([result, promise])
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}
