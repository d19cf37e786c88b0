import type { ContainerImage } from '../container-image.js'
import type { ArchiveFiles } from './archive-files.js'
import { openDockerArchive } from './docker-archive.js'
import { type ArchiveImageOptions, openOciLayout } from './oci-layout.js'

/**
 * Opens an image of an archive of either kind. Since version 25 Docker writes both into one archive, and only
 * `manifest.json` of it has the names of the images in full: it is preferred unless OCI is asked for.
 *
 * @throws KairosError as {@link openDockerArchive} and {@link openOciLayout}
 */
export async function openArchive(
  files: ArchiveFiles,
  preferred: 'docker' | 'oci',
  options: ArchiveImageOptions,
): Promise<ContainerImage> {
  const [first, second] = preferred === 'docker' ? ['manifest.json', 'index.json'] : ['index.json', 'manifest.json']
  const isPreferred = (await files.file(first)) !== undefined || (await files.file(second)) === undefined
  return (preferred === 'docker') === isPreferred ? openDockerArchive(files, options) : openOciLayout(files, options)
}
