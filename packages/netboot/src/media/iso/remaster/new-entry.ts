import type { ByteSource } from '../../../bytes/byte-source.js'

export interface NewEntryAttributes {
  /** Permissions, without the type. Default 0o644 for files, 0o755 for directories, 0o777 for links. */
  readonly mode?: number | undefined
  /** Default 0, root. */
  readonly user?: number | undefined
  /** Default 0, root. */
  readonly group?: number | undefined
  /** Default: `modifiedAt` of the whole operation. */
  readonly modifiedAt?: Date | undefined
}

export interface NewFile extends NewEntryAttributes {
  readonly type: 'file'
  readonly content: ByteSource
}

/** A directory that has to be there. If it is there already, it stays as it is, with all that it holds. */
export interface NewDirectory extends NewEntryAttributes {
  readonly type: 'directory'
}

/** A symbolic link; only Rock Ridge trees have such. */
export interface NewSymlink extends NewEntryAttributes {
  readonly type: 'symlink'
  readonly target: string
}

/** What can be put into an image. */
export type NewEntry = NewFile | NewDirectory | NewSymlink
