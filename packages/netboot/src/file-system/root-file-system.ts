import type { ByteSource } from '../bytes/byte-source.js'

/**
 * A root file system, as far as looking for files goes. Symbolic links are followed as they would be for a process that has
 * it as its root: they never lead out of it.
 */
export interface RootFileSystem {
  /** What it is, for messages. */
  readonly name: string
  /** A regular file by absolute path; `undefined` when there is none. */
  open(path: string): Promise<ByteSource | undefined>
  /** Names of what a directory holds, in any order; none where there is no directory. */
  list(path: string): Promise<readonly string[]>
}
