import { stat } from 'node:fs/promises'
import { KairosError } from '@kairos-sdk/core'
import type { HttpClient } from '../../bytes/index.js'
import { openImageFile, temporaryDirectoryIn } from '../archive/open-image-file.js'
import { type Cache, openCache } from '../cache/index.js'
import { type EngineAddress, openEngineImage } from '../engine/index.js'
import { type FindCredentialsOptions, type InsecureRegistries, openRegistryImage } from '../registry/index.js'
import type { TransferOptions } from '../transfer/index.js'
import { parseArchitecture } from './architecture.js'
import type { ImageOperationOptions } from './image-event.js'
import { formatImageSource, type ImageSource } from './image-source.js'
import type { OpenedImage } from './opened-image.js'

export interface OpenImageOptions extends ImageOperationOptions {
  /** Where layers are kept for the next time (`STATE_DIR/cache`), and temporary files while they are used. */
  readonly stateDir: string
  /** Default: the cache of `stateDir`. */
  readonly cache?: Cache | undefined
  /** `amd64`, `arm64/v8`, `aarch64`. Default: amd64 where there is a choice, or else what there is. */
  readonly architecture?: string | undefined
  /** Registries that may do without TLS, or with a certificate that nobody vouches for. Default: none. */
  readonly insecureRegistries?: InsecureRegistries | undefined
  /** Default: one that all share, which honours the proxies of the environment. */
  readonly http?: HttpClient | undefined
  /** Where logins to registries are looked for. Default: the files of Docker and Podman, by the environment. */
  readonly credentials?: FindCredentialsOptions | undefined
  /** Container engines. Default: what `DOCKER_HOST` says, or else where Docker and Podman put their sockets. */
  readonly engines?: readonly EngineAddress[] | undefined
  /** Waits between two attempts of a download. Default: the system's clock. */
  readonly wait?: TransferOptions['wait']
}

/**
 * Opens a container image, wherever it is. Its layers can be read as soon as this resolves; those of a registry are on
 * their way then, the topmost first. Dispose of it in the end: downloads stop, temporary files are removed.
 *
 *     await using image = await openImage(parseImageSource('quay.io/kairos/ubuntu:24.04'), { stateDir })
 *     for (const layer of image.layers.toReversed()) for await (const bytes of layer.open()) …
 *
 * @throws KairosError `argument/invalid` for `dir:` and `tar:`, which have no layers, and an unknown architecture;
 *   `image/*`, `registry/*`, `engine/*`, `tar/damaged`, `compression/*`, `input/*`, `output/*`, `aborted`
 */
export async function openImage(source: ImageSource, options: OpenImageOptions): Promise<OpenedImage> {
  const { stateDir, architecture: wanted, signal, onProgress } = options
  const architecture = wanted === undefined ? undefined : parseArchitecture(wanted)
  if (source.kind === 'directory' || source.kind === 'tar') {
    throw new KairosError('argument/invalid', `A container image expected, ${formatImageSource(source)} found.`, {
      hint: 'That is a root file system as it is, without layers.',
    })
  }
  const name = formatImageSource(source)
  const cache = options.cache ?? (await openCache(stateDir))
  const common = { name, architecture, signal, onProgress }
  const temporaryDirectory = temporaryDirectoryIn(cache.directory)
  if (source.kind === 'engine') {
    return openEngineImage(source.image, { ...common, temporaryDirectory, addresses: options.engines })
  }
  const fromRegistry = (reference: Parameters<typeof openRegistryImage>[0]) => {
    const { insecureRegistries, http, credentials, wait } = options
    return openRegistryImage(reference, { ...common, cache, insecureRegistries, http, credentials, wait })
  }
  if (source.kind === 'registry') return fromRegistry(source.reference)
  if (source.reference && !(await exists(source.path))) return fromRegistry(source.reference)
  return openImageFile(source, { ...common, temporaryDirectory })
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
