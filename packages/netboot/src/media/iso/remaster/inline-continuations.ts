import type { DirectoryTree } from '../read/directory-tree.js'
import type { LocatedSystemUseEntry } from '../read/system-use-area.js'
import { encodeDirectoryRecord } from '../structures/directory-record.js'
import { encodeSystemUseEntry } from '../structures/system-use-entry.js'
import type { EditableDirectory } from './editable-directory.js'
import type { EditableRecord } from './editable-record.js'
import { MAX_RECORD_SIZE, systemUseRoom } from './new-records.js'

/**
 * Takes what files of a directory have in continuation areas into their records, where there is room. When the directory
 * moves, the areas come to lie behind the contents of the files, and libarchive then refuses the whole image. There is
 * room more often than not: genisoimage leaves a good part of long records unused.
 */
export function inlineContinuations(tree: DirectoryTree, { records }: EditableDirectory): void {
  for (const [index, record] of records.entries()) {
    const { located, isDirectory } = record
    if (located?.role !== 'entry' || isDirectory || located.continuations.length === 0) continue
    const inlined = inline(tree, record, located.systemUse) ?? inline(tree, record, withoutDates(located.systemUse))
    if (inlined) records[index] = { ...inlined, located: { ...located, continuations: [] }, continuations: [] }
  }
}

function inline(
  tree: DirectoryTree,
  record: EditableRecord,
  entries: readonly LocatedSystemUseEntry[],
): EditableRecord | undefined {
  const { located, identifier } = record
  if (!located) return undefined
  const skipped = located.record.systemUse.subarray(0, tree.systemUseSkip)
  const kept = entries.filter(({ signature }) => signature !== 'CE')
  const parts = kept.map(({ signature, data, version }) => encodeSystemUseEntry(signature, data, version))
  const systemUse = new Uint8Array(Buffer.concat([skipped, ...parts]))
  if (systemUse.length > systemUseRoom(identifier.length)) return undefined
  const bytes = encodeDirectoryRecord({ ...located.record, systemUse })
  return bytes.length <= MAX_RECORD_SIZE ? { ...record, bytes } : undefined
}

/** Without the time stamps of Rock Ridge: the record has a date of its own. */
function withoutDates(entries: readonly LocatedSystemUseEntry[]): LocatedSystemUseEntry[] {
  return entries.filter(({ signature }) => signature !== 'TF')
}
