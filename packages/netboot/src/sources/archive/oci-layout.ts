import { KairosError } from '@kairos-sdk/core'
import type { ReadOptions } from '../../bytes/index.js'
import type { ContainerImage } from '../container-image.js'
import type { ImageArchitecture } from '../image/architecture.js'
import type { BlobRequest, BlobStore } from '../image/blob-store.js'
import { chooseManifest } from '../image/choose-manifest.js'
import { checkDigest, partsOfDigest, verified } from '../image/digest.js'
import { type Descriptor, MAX_MANIFEST_BYTES, parseManifest } from '../image/manifest.js'
import { MediaType } from '../image/media-types.js'
import { sameReference } from '../image/reference.js'
import { resolveImage } from '../image/resolve-image.js'
import type { ArchiveFiles } from './archive-files.js'
import { readSmallFile } from './read-file.js'

export interface ArchiveImageOptions extends ReadOptions {
  /** What the image was asked for by. */
  readonly name: string
  /** Which of several: a name with tag, or `@0` for the first. */
  readonly image?: string | undefined
  readonly architecture?: ImageArchitecture | undefined
}

const REF_NAME = 'org.opencontainers.image.ref.name'
/** containerd and Docker put the whole name here, and only the tag into the specified one. */
const CONTAINERD_NAME = 'io.containerd.image.name'

/**
 * Opens an image of an OCI image layout (OCI image specification, "OCI Image Layout"): a directory, or a tar archive of
 * one. Nothing is unpacked.
 *
 * @throws KairosError `image/not-found`, `image/no-architecture`, `image/malformed`, `image/unsupported`,
 *   `image/wrong-digest`, `input/*`, `aborted`
 */
export async function openOciLayout(files: ArchiveFiles, options: ArchiveImageOptions): Promise<ContainerImage> {
  const { name, architecture, signal } = options
  const source = await files.file('index.json')
  if (!source)
    throw new KairosError('image/malformed', `${files.name}: an OCI image layout expected, no index.json found.`)
  const indexName = `index.json of ${files.name}`
  const bytes = await readSmallFile(source, MAX_MANIFEST_BYTES, indexName, { signal })
  const index = parseManifest(bytes, indexName, MediaType.ociIndex)
  if (index.kind !== 'index')
    throw new KairosError('image/malformed', `${indexName}: an index expected, a manifest found.`)
  const named = descriptorsOf(index.manifests, options.image, files.name)
  const root = chooseManifest(named, architecture, name)
  return (await resolveImage(layoutStore(files), root, { name, architecture, signal })).image
}

function layoutStore(files: ArchiveFiles): BlobStore {
  const blobFile = async ({ digest, size }: BlobRequest) => {
    const { algorithm, hex } = partsOfDigest(digest)
    const source = await files.file(`blobs/${algorithm}/${hex}`)
    if (!source) {
      throw new KairosError('image/not-found', `${files.name}: a blob ${digest} expected, none found.`, {
        hint: 'The archive is incomplete. Write it again.',
      })
    }
    if (size !== undefined && source.size !== size) {
      throw new KairosError('image/wrong-digest', `${digest}: ${size} bytes expected, ${source.size} found.`, {
        hint: 'It is damaged or was changed. Get the image again.',
      })
    }
    return source
  }
  return {
    name: files.name,
    async readBlob(blob, maxBytes, options = {}) {
      const bytes = await readSmallFile(await blobFile(blob), maxBytes, blob.digest, options)
      checkDigest(bytes, blob.digest, blob.digest)
      return bytes
    },
    async *openLayer(blob, options = {}) {
      const source = await blobFile(blob)
      yield* verified(source.read(0, source.size, options), blob, blob.digest)
    },
  }
}

/** The images that a name stands for: several only where one name has several platforms. */
function descriptorsOf(all: readonly Descriptor[], wanted: string | undefined, name: string): readonly Descriptor[] {
  const names = [...new Set(all.map(nameOf).filter((text) => text !== undefined))]
  if (wanted === undefined) {
    if (names.length <= 1) return all
    throw new KairosError('image/not-found', `${name}: one image expected, ${names.length} found.`, {
      hint: `Say which, by adding :NAME: ${names.join(', ')}`,
    })
  }
  const position = /^@(\d+)$/.exec(wanted)?.[1]
  const found =
    position !== undefined
      ? all.slice(Number(position), Number(position) + 1)
      : all.filter(({ annotations }) => {
          const whole = annotations?.[CONTAINERD_NAME]
          return annotations?.[REF_NAME] === wanted || (whole !== undefined && sameReference(whole, wanted))
        })
  if (found.length > 0) return found
  throw new KairosError('image/not-found', `${name}: an image ${JSON.stringify(wanted)} expected, none found.`, {
    hint: names.length === 0 ? 'Its images have no names: leave the name out.' : `It has: ${names.join(', ')}`,
  })
}

function nameOf({ annotations }: Descriptor): string | undefined {
  return annotations?.[CONTAINERD_NAME] ?? annotations?.[REF_NAME]
}
