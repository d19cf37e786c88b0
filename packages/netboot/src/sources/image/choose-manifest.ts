import { KairosError } from '@kairos-sdk/core'
import { formatArchitecture, type ImageArchitecture, rankOf } from './architecture.js'
import type { Descriptor } from './manifest.js'
import { MediaType } from './media-types.js'

/** Of an index without the architecture asked for, this one is taken where it exists. */
const DEFAULT_ARCHITECTURE: ImageArchitecture = { architecture: 'amd64' }

const MANIFEST_TYPES = new Set<string>([
  MediaType.ociManifest,
  MediaType.dockerManifest,
  MediaType.ociIndex,
  MediaType.dockerManifestList,
])

/**
 * Chooses the manifest of an architecture from an index. Attestations and signatures, which BuildKit and others put
 * beside the images, are passed over, and so is what is not for Linux.
 *
 * @param wanted - without it amd64, or whatever there is when there is one thing only
 * @throws KairosError `image/no-architecture` (lists what there is)
 */
export function chooseManifest(
  descriptors: readonly Descriptor[],
  wanted: ImageArchitecture | undefined,
  name: string,
): Descriptor {
  const images = descriptors.filter(isImage)
  const [first] = images
  // An OCI layout often has one manifest, and says its platform in the configuration only.
  if (first && images.length === 1 && (wanted === undefined || !first.platform)) return first
  const asked = wanted ?? DEFAULT_ARCHITECTURE
  const best = images
    .map((descriptor) => ({
      descriptor,
      rank: descriptor.platform ? rankOf(architectureOf(descriptor), asked) : undefined,
    }))
    .filter((choice): choice is { descriptor: Descriptor; rank: number } => choice.rank !== undefined)
    .sort((one, other) => one.rank - other.rank)[0]
  if (best) return best.descriptor
  throw noArchitecture(name, asked, images.filter(({ platform }) => platform).map(architectureOf))
}

/** The error that the image exists, but not for what was asked. */
export function noArchitecture(
  name: string,
  asked: ImageArchitecture,
  found: readonly ImageArchitecture[],
): KairosError {
  const names = [...new Set(found.map(formatArchitecture))]
  return new KairosError(
    'image/no-architecture',
    `${name}: an image for ${formatArchitecture(asked)} expected, ${names.length === 0 ? 'none' : names.join(', ')} found.`,
    { hint: names.length === 0 ? undefined : `Choose another image, or an architecture that there is: ${names[0]}.` },
  )
}

function architectureOf({ platform }: Descriptor): ImageArchitecture {
  return { architecture: platform?.architecture ?? '', variant: platform?.variant || undefined }
}

function isImage({ mediaType, annotations, artifactType, platform }: Descriptor): boolean {
  if (mediaType !== undefined && !MANIFEST_TYPES.has(mediaType)) return false
  if (annotations?.['vnd.docker.reference.type'] !== undefined || artifactType) return false
  if (!platform) return true
  return platform.os === undefined || platform.os === '' || platform.os === 'linux'
}
