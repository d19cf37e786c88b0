import type { ReadOptions } from '../../bytes/byte-source.js'
import type { FileSystemEntry } from '../../file-system/entry.js'
import type { ImageLayer } from '../container-image.js'
import type { TarMember } from '../tar/member.js'
import { readTar } from '../tar/read-tar.js'
import { entryOfMember, isInode } from './entry-of-member.js'
import type { LayerProgress } from './merge-progress.js'

/** The members of a layer, in its order. */
export function membersOf(
  layer: ImageLayer,
  index: number,
  progress: LayerProgress,
  { signal }: ReadOptions,
): AsyncGenerator<TarMember> {
  const bytes = progress.count(layer.open({ signal }), layer.name, index)
  return readTar(bytes, { name: layer.name, signal })
}

/**
 * Some members as entries, each under the names that it is to get: the first one's are those of the entry, further ones
 * hard links.
 *
 * @param wanted - names by number of the member
 * @param end - with the last of them, or with the layer, which was verified then
 */
export async function* namedEntries(
  members: AsyncIterable<TarMember>,
  wanted: ReadonlyMap<number, readonly string[]>,
  end: 'last' | 'layer',
): AsyncGenerator<FileSystemEntry> {
  let number = 0
  let left = wanted.size
  for await (const member of members) {
    const [first, ...others] = wanted.get(number++) ?? []
    if (first === undefined || !isInode(member)) continue
    yield entryOfMember(member, `/${first}`)
    for (const other of others) yield { type: 'hardlink', path: `/${other}`, target: `/${first}` }
    if (--left === 0 && end === 'last') return
  }
}
