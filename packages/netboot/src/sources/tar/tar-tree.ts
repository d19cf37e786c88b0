import { KairosError } from '@kairos-sdk/core'
import type { ByteSource, ReadOptions } from '../../bytes/byte-source.js'
import type { FileSystemEntry } from '../../file-system/entry.js'
import { decompress } from '../compression/index.js'
import { mergeLayers } from '../layers/merge-layers.js'

export interface TarTreeOptions extends ReadOptions {
  /**
   * Whether to read all headers before anything is given: archives with two members of one path, as `tar --append` makes
   * them, need that. Default false: one pass.
   */
  readonly survey?: boolean | undefined
}

/**
 * A tar archive of a root file system, plain or compressed with gzip or zstd (which it is, its first bytes tell). As
 * `mergeLayers` for what paths and links may be, but whiteouts are ordinary files here.
 *
 * @throws KairosError while reading: `compression/unsupported` for xz, bzip2 and others, `compression/damaged`, `tar/*`,
 *   `layers/*`, `input/*`, `aborted`; `tar/damaged` for an archive without any member
 */
export async function* tarTree(source: ByteSource, options: TarTreeOptions = {}): AsyncGenerator<FileSystemEntry> {
  const { name } = source
  const layer = {
    name,
    open: ({ signal }: ReadOptions = {}) => decompress(source.read(0, source.size, { signal }), { name, signal }),
  }
  let isEmpty = true
  for await (const entry of mergeLayers([layer], { ...options, whiteouts: false })) {
    isEmpty = false
    yield entry
  }
  if (isEmpty) throw new KairosError('tar/damaged', `${name}: a root file system expected, an empty archive found.`)
}
