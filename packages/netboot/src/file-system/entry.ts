import type { ByteSource } from '../bytes/byte-source.js'

/** What all entries of a file system to be made have. */
export interface EntryAttributes {
  /**
   * Path from the root, with slashes; a leading one is allowed. Directories on the way need no entry of their own. Text
   * as of `decodeName`: names that are not UTF-8 survive.
   */
  readonly path: string
  /** Permissions with set-id and sticky bits. Default 0o755 for directories, 0o777 for symbolic links, else 0o644. */
  readonly mode?: number | undefined
  /** Default 0, root. */
  readonly uid?: number | undefined
  /** Default 0, root. */
  readonly gid?: number | undefined
  /** Default: the date of what is made. */
  readonly mtime?: Date | undefined
  /** Extended attributes by full name: `security.capability`. Values are binary. */
  readonly xattrs?: ReadonlyMap<string, Uint8Array> | undefined
}

/** Bytes of a file that has holes: where there are some. */
export interface DataRegion {
  /** Bytes from the start of the file. */
  readonly offset: number
  readonly length: number
}

/**
 * Content that can be read once, in order: that of a member of a tar stream. Who made the entry may go on to the next only
 * when all of it was read, so its consumer reads it to the end before it asks for the next entry.
 */
export interface ContentStream {
  /** Bytes of the file, holes included. */
  readonly size: number
  readonly chunks: AsyncIterable<Uint8Array>
  /** What `chunks` gives, where the file has holes: ascending, without overlap; all else is zeros. Default: the whole file. */
  readonly regions?: readonly DataRegion[] | undefined
}

export interface FileEntry extends EntryAttributes {
  readonly type: 'file'
  readonly source: ByteSource | ContentStream
}

export interface DirectoryEntry extends EntryAttributes {
  readonly type: 'directory'
}

export interface SymlinkEntry extends EntryAttributes {
  readonly type: 'symlink'
  /** Where it leads, as written into it. Text as of `decodeName`. */
  readonly target: string
}

/** One more name of another entry, with which it shares all attributes. */
export interface HardLinkEntry {
  readonly type: 'hardlink'
  readonly path: string
  /** Path from the root of the entry that it is another name of; that may come later. */
  readonly target: string
}

export interface DeviceEntry extends EntryAttributes {
  readonly type: 'character-device' | 'block-device'
  readonly major: number
  readonly minor: number
}

export interface PipeEntry extends EntryAttributes {
  readonly type: 'fifo' | 'socket'
}

/** Anything that a Unix file system can hold. */
export type FileSystemEntry = FileEntry | DirectoryEntry | SymlinkEntry | HardLinkEntry | DeviceEntry | PipeEntry
