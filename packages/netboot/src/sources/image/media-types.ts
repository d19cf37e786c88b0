/** Media types of manifests: OCI image specification "OCI Image Media Types", and those of Docker that it grew from. */
export const MediaType = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerManifestList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerSchema1: 'application/vnd.docker.distribution.manifest.v1+json',
  dockerSchema1Signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
} as const

/** What a client that wants an image accepts of a registry, the best first. Schema 1 is left out: it is refused. */
export const ACCEPTED_MANIFESTS: readonly string[] = [
  MediaType.ociIndex,
  MediaType.dockerManifestList,
  MediaType.ociManifest,
  MediaType.dockerManifest,
]

/** True for a layer that its publisher does not let registries hand out: its bytes are elsewhere. */
export function isForeignLayer(mediaType: string): boolean {
  return /\.foreign\.|\.nondistributable\./.test(mediaType)
}

/**
 * True for a layer that is a tar archive. How it is compressed is seen from its first bytes, not from this: there are
 * images that say one thing and hold another.
 */
export function isTarLayer(mediaType: string): boolean {
  return /^application\/vnd\.(?:oci\.image\.layer\.v1|docker\.image\.rootfs\.diff)\.tar(?:[.+](?:gzip|zstd))?$/.test(
    mediaType,
  )
}
