import { fileSource } from '../../bytes/file-source.js'
import type { SquashfsSummary } from '../../media/squashfs/index.js'
import type { RootSource } from '../root-source/index.js'
import { artifactsOfSquashfs, type RootArtifacts } from './artifacts-of-squashfs.js'
import { type PackOptions, packChecked } from './pack-squashfs.js'

export interface PackedArtifacts extends RootArtifacts {
  readonly summary: SquashfsSummary
}

/**
 * Makes boot artifacts of a root file system: packs it into a squashfs image, and finds kernel and initial RAM disk in
 * that. The file appears under its name only when it is complete and has both.
 *
 * @param path - of the squashfs image
 * @throws KairosError those of `packSquashfs` and `artifactsOfSquashfs`
 */
export async function packArtifacts(
  root: RootSource,
  path: string,
  options: PackOptions = {},
): Promise<PackedArtifacts> {
  const about = { description: root.name, architecture: root.architecture, signal: options.signal }
  const artifactsAt = async (image: string) => artifactsOfSquashfs(await fileSource(image), about)
  const summary = await packChecked(root, path, options, async (part) => void (await artifactsAt(part)))
  return { ...(await artifactsAt(path)), summary }
}
