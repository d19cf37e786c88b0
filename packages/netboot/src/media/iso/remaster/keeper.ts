import { directoryRecords } from '../read/directory-records.js'
import type { DirectoryExtent, DirectoryTree } from '../read/directory-tree.js'
import type { ImageMetadata } from '../read/image-metadata.js'
import { FileFlag } from '../structures/directory-record.js'

interface Step extends DirectoryExtent {
  readonly above: Step | undefined
}

/**
 * The directories from below the root down to the one that holds the record of a directory. For relocated directories,
 * which are reached by CL: their ".." may lead into an earlier session.
 *
 * @returns `undefined` when no directory holds such a record
 */
export async function wayToKeeper(
  image: ImageMetadata,
  tree: DirectoryTree,
  block: number,
): Promise<DirectoryExtent[] | undefined> {
  const steps: Step[] = [{ ...tree.root, above: undefined }]
  const seen = new Set([tree.root.block])
  for (const step of steps) {
    for await (const { record, role } of directoryRecords(image, tree, step, `directory at block ${step.block}`)) {
      if (role !== 'entry' || (record.flags & FileFlag.directory) === 0) continue
      const extent = record.extent + record.extendedAttributeLength
      if (extent === block) return wayTo(step)
      if (seen.has(extent)) continue
      seen.add(extent)
      steps.push({ block: extent, length: record.dataLength, above: step })
    }
  }
  return undefined
}

function wayTo(last: Step): DirectoryExtent[] {
  const way: DirectoryExtent[] = []
  for (let step: Step | undefined = last; step?.above; step = step.above) way.unshift(step)
  return way
}
