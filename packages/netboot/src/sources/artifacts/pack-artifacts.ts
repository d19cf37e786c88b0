import { rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileSource } from '../../bytes/file-source.js'
import { syncDirectory } from '../../media/iso/write/sync-directory.js'
import type { SquashfsSummary } from '../../media/squashfs/index.js'
import { workBeside } from '../../output/work-beside.js'
import type { RootSource } from '../root-source/index.js'
import { artifactsOfSquashfs, type RootArtifacts } from './artifacts-of-squashfs.js'
import { type PackOptions, writePart } from './pack-squashfs.js'

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
  const { signal } = options
  return workBeside(
    path,
    async (directory) => {
      const part = join(directory, basename(path))
      const summary = await writePart(root, part, options)
      const about = { description: root.name, architecture: root.architecture, signal }
      await artifactsOfSquashfs(await fileSource(part), about)
      await rename(part, path)
      await syncDirectory(dirname(path))
      return { ...(await artifactsOfSquashfs(await fileSource(path), about)), summary }
    },
    { signal },
  )
}
