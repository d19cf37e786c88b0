import { KairosError, throwIfAborted } from '@kairos-sdk/core'
import PQueue from 'p-queue'
import type { ByteSource, HttpClient } from '../../bytes/index.js'
import type { Cache } from '../cache/index.js'
import type { Digest } from '../image/digest.js'
import type { ImageEvent } from '../image/image-event.js'
import type { Descriptor } from '../image/manifest.js'
import { statusOf, type TransferOptions } from '../transfer/index.js'
import type { RegistryClient } from './registry-client.js'

/** As many as Docker has at once: more make a registry's limits strike, and no line faster. */
const PARALLEL_DOWNLOADS = 3

export interface LayerDownloadsInit {
  /** The name of the image, for messages. */
  readonly name: string
  /** The lowest first. */
  readonly layers: readonly Descriptor[]
  readonly cache: Cache
  /** Asked for when a layer is not in the cache. */
  readonly client: () => Promise<{ readonly client: RegistryClient; readonly http: (url: URL) => HttpClient }>
  readonly wait?: TransferOptions['wait']
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((event: ImageEvent) => void) | undefined
}

/** Layers on their way into the cache. */
export interface LayerDownloads {
  /**
   * Waits for a layer.
   *
   * @throws KairosError `image/wrong-digest`, `image/not-found`, `registry/*`, `input/*`, `output/*`, `aborted`
   */
  layer(digest: Digest): Promise<ByteSource>
  /** Stops what is under way. Its beginning stays in the cache, to be resumed. */
  stop(): Promise<void>
}

/**
 * Fetches layers into the cache, the topmost first: that is the order in which they are merged, so that the merge can
 * begin while lower ones are on their way. One that fails stops the others: the image cannot be had.
 */
export function downloadLayers(init: LayerDownloadsInit): LayerDownloads {
  const { name, cache, signal } = init
  const layers = [...new Map(init.layers.map((layer) => [layer.digest, layer])).values()]
  const stopping = new AbortController()
  const cancel = () => stopping.abort(signal?.reason)
  if (signal?.aborted) cancel()
  signal?.addEventListener('abort', cancel, { once: true })
  const queue = new PQueue({ concurrency: PARALLEL_DOWNLOADS })
  const tell = progressOf(init, layers)
  const results = new Map<Digest, Promise<ByteSource>>()
  for (const layer of layers.toReversed()) {
    const result = queue.add(() => fetchLayer(layer))
    // Whoever reads the layer is told; nobody may, when another one failed before.
    result.catch((error: unknown) => stopping.abort(error))
    results.set(layer.digest, result)
  }

  async function fetchLayer(layer: Descriptor): Promise<ByteSource> {
    const { digest, size } = layer
    const sha256 = digest.slice('sha256:'.length)
    throwIfAborted(stopping.signal, `Cannot download ${name}`)
    // What lies on a disk for months may be damaged; the download then mends it.
    const found = await cache.blob(sha256, size)
    if (found && (await cache.verify(sha256, { signal: stopping.signal }))) {
      tell(digest, `Layer ${short(digest)} is in the cache`, size)
      return found
    }
    const { client, http } = await init.client()
    const request = client.transfer({ digest, size }, stopping.signal)
    try {
      const { source } = await cache.download(request, {
        http: http(new URL(request.url)),
        signal: stopping.signal,
        wait: init.wait,
        onProgress: ({ phase, message, done }) => {
          if (phase === 'downloading') tell(digest, `Downloading layer ${short(digest)}`, done)
          else tell(digest, message, done)
        },
      })
      tell(digest, `Layer ${short(digest)} is complete`, size)
      return source
    } catch (error) {
      // Of the layer itself: the token server's errors tell what they are about.
      const status = KairosError.is(error, 'input/http') ? statusOf(error) : undefined
      if (status !== undefined) throw client.refusal(status, digest)
      if (!KairosError.is(error, 'input/changed')) throw error
      throw new KairosError('image/wrong-digest', `${name}: content of ${digest} expected, another found.`, {
        hint: 'The registry, or a proxy on the way, gives wrong bytes. Do not use them before you know why.',
        cause: error,
      })
    }
  }

  return {
    layer: (digest) =>
      results.get(digest) ?? Promise.reject(new KairosError('internal', `${digest} is no layer of ${name}.`)),
    async stop() {
      signal?.removeEventListener('abort', cancel)
      stopping.abort(new KairosError('aborted', `Cannot download ${name}: cancelled.`))
      await Promise.allSettled(results.values())
    },
  }
}

/** Tells of each layer, and of all together. */
function progressOf({ name, onProgress }: LayerDownloadsInit, layers: readonly Descriptor[]) {
  const done = new Map<Digest, number>()
  const sizes = new Map(layers.map(({ digest, size }) => [digest, size]))
  const total = layers.reduce((sum, { size }) => sum + size, 0)
  return (digest: Digest, message: string, bytes: number | undefined) => {
    if (!onProgress) return
    const size = sizes.get(digest) ?? 0
    const of = { phase: 'download', unit: 'bytes' } as const
    if (bytes === undefined) {
      onProgress({ phase: 'download', message, subject: digest })
      return
    }
    done.set(digest, bytes)
    const sum = [...done.values()].reduce((one, other) => one + other, 0)
    onProgress({ ...of, message, subject: digest, done: bytes, total: size })
    onProgress({ ...of, message: `Downloading ${name}`, done: sum, total })
  }
}

/** As people know digests. */
function short(digest: Digest): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + 12)
}
