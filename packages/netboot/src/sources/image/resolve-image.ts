import { KairosError } from '@kairos-sdk/core'
import type { ReadOptions } from '../../bytes/byte-source.js'
import type { ContainerImage } from '../container-image.js'
import { type ImageArchitecture, rankOf } from './architecture.js'
import type { BlobRequest, BlobStore } from './blob-store.js'
import { chooseManifest, noArchitecture } from './choose-manifest.js'
import type { Digest } from './digest.js'
import {
  type Descriptor,
  type ImageConfig,
  type ImageManifest,
  MAX_CONFIG_BYTES,
  MAX_MANIFEST_BYTES,
  parseConfig,
  parseManifest,
} from './manifest.js'
import { isForeignLayer, isTarLayer, MediaType } from './media-types.js'
import { tarLayer } from './tar-layer.js'

/** An index inside an index is rare, and more than this is a trap. */
const MAX_INDEX_DEPTH = 4

export interface ResolveOptions extends ReadOptions {
  /** What the image was asked for by. */
  readonly name: string
  /** Default: amd64 where there is a choice. */
  readonly architecture?: ImageArchitecture | undefined
}

export interface ResolvedImage {
  readonly image: ContainerImage
  /** As the manifest has them, the lowest first. */
  readonly layers: readonly Descriptor[]
}

/**
 * Follows an image from the digest of its manifest or index to its layers. All that is read is verified.
 *
 * @throws KairosError `image/malformed`, `image/unsupported`, `image/no-architecture`, `image/wrong-digest`, and what the
 *   store throws
 */
export async function resolveImage(
  store: BlobStore,
  root: BlobRequest,
  options: ResolveOptions,
): Promise<ResolvedImage> {
  const { name, architecture, signal } = options
  const { manifest, digest, platform } = await findManifest(store, root, options)
  checkConfigType(manifest.config, name)
  const layers = manifest.layers
  for (const layer of layers) checkLayerType(layer, name)
  const configBytes = await store.readBlob(manifest.config, MAX_CONFIG_BYTES, { signal })
  const config = parseConfig(configBytes, `the configuration of ${name}`)
  checkConfig(config, layers.length, architecture, name)
  const image: ContainerImage = {
    name,
    digest,
    architecture: config.architecture ?? platform ?? architecture?.architecture ?? 'amd64',
    created: config.created,
    labels: config.labels,
    layers: layers.map((layer, index) =>
      tarLayer({
        name: layer.digest,
        size: layer.size,
        // There are as many as layers: checked above.
        diffId: config.diffIds[index] as Digest,
        stored: (read) => store.openLayer(layer, read),
      }),
    ),
  }
  return { image, layers }
}

/**
 * Asserts that a configuration is that of a Linux image for the architecture that was asked for.
 *
 * @param layers - number of layers that there are
 * @throws KairosError `image/malformed`, `image/unsupported`, `image/no-architecture`
 */
export function checkConfig(
  config: ImageConfig,
  layers: number,
  wanted: ImageArchitecture | undefined,
  name: string,
): void {
  if (config.os !== undefined && config.os !== 'linux') {
    throw new KairosError('image/unsupported', `${name}: an image for linux expected, one for ${config.os} found.`)
  }
  if (wanted && config.architecture !== undefined) {
    const found = { architecture: config.architecture, variant: config.variant }
    // Configurations often leave the variant out, where indexes have it.
    const asked = config.variant === undefined ? { architecture: wanted.architecture } : wanted
    if (rankOf(found, asked) === undefined) throw noArchitecture(name, wanted, [found])
  }
  if (config.diffIds.length !== layers) {
    throw new KairosError(
      'image/malformed',
      `${name}: as many digests of layers as layers (${layers}) expected in the configuration, ${config.diffIds.length} found.`,
    )
  }
}

async function findManifest(
  store: BlobStore,
  root: BlobRequest,
  { name, architecture, signal }: ResolveOptions,
): Promise<{ manifest: ImageManifest; digest: Digest; platform: string | undefined }> {
  let blob: BlobRequest & Pick<Partial<Descriptor>, 'platform'> = root
  for (let depth = 0; depth < MAX_INDEX_DEPTH; depth++) {
    const bytes = await store.readBlob(blob, MAX_MANIFEST_BYTES, { signal })
    const found = parseManifest(bytes, `the manifest of ${name}`, blob.mediaType)
    if (found.kind === 'manifest') {
      return { manifest: found, digest: blob.digest, platform: blob.platform?.architecture }
    }
    blob = chooseManifest(found.manifests, architecture, name)
  }
  throw new KairosError('image/malformed', `${name}: a manifest expected, only indexes of indexes found.`)
}

function checkConfigType({ mediaType }: Descriptor, name: string): void {
  if (mediaType === undefined || mediaType === MediaType.ociConfig || mediaType === MediaType.dockerConfig) return
  throw new KairosError('image/unsupported', `${name}: a container image expected, an artifact (${mediaType}) found.`, {
    hint: 'Registries also hold charts, signatures and other files. Name an image.',
  })
}

function checkLayerType({ mediaType }: Descriptor, name: string): void {
  if (mediaType === undefined || isTarLayer(mediaType)) return
  if (isForeignLayer(mediaType)) {
    throw new KairosError(
      'image/unsupported',
      `${name}: layers in the registry expected, one that its publisher keeps elsewhere (${mediaType}) found.`,
      { hint: 'Images of Windows have such layers. Copy the image with all its layers to a registry of your own.' },
    )
  }
  throw new KairosError(
    'image/unsupported',
    `${name}: layers that are tar archives, plain, gzip or zstd, expected, ${mediaType} found.`,
    mediaType.endsWith('+encrypted') ? { hint: 'Decrypt the image first: skopeo copy --decryption-key …' } : {},
  )
}
