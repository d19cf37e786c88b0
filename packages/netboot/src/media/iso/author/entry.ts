import type { ByteSource } from '../../../bytes/byte-source.js'

/** What all entries of an image to be made have. */
interface EntryAttributes {
  /**
   * Path from the root, with slashes; a leading one is allowed. Directories on the way need no entry of their own. Names
   * have at most 255 bytes; of those over 253 Linux shows the first 250 only.
   */
  readonly path: string
  /** Permissions. Default 0o755 for directories, 0o644 for files, 0o777 for symbolic links. */
  readonly mode?: number | undefined
  /** Default 0, root. */
  readonly uid?: number | undefined
  /** Default 0, root. */
  readonly gid?: number | undefined
  /** Default: the date of the image, which is also the latest. */
  readonly mtime?: Date | undefined
}

export interface AuthorFileEntry extends EntryAttributes {
  readonly type: 'file'
  /** Entries with the same source (the same object) share their content in the image. */
  readonly source: ByteSource
}

export interface AuthorDirectoryEntry extends EntryAttributes {
  readonly type: 'directory'
}

export interface AuthorSymlinkEntry extends EntryAttributes {
  readonly type: 'symlink'
  /** Where it leads, as written into it. */
  readonly target: string
}

/** A file, directory or symbolic link to be put into an image. */
export type AuthorEntry = AuthorFileEntry | AuthorDirectoryEntry | AuthorSymlinkEntry
