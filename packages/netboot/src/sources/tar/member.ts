import type { DataRegion } from '../../file-system/entry.js'

export type TarMemberType = 'file' | 'hardlink' | 'symlink' | 'character-device' | 'block-device' | 'directory' | 'fifo'

/** One member of a tar archive, as its headers describe it together. */
export interface TarMember {
  readonly type: TarMemberType
  /** As written: may be absolute, begin with `./` or lead out with `..`. Text as of `decodeName`. */
  readonly path: string
  /** Permissions with set-id and sticky bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** To the millisecond. */
  readonly mtime: Date
  /** Of links: where they lead, as written. Else empty. */
  readonly target: string
  /** Of devices, else 0. */
  readonly major: number
  readonly minor: number
  readonly xattrs: ReadonlyMap<string, Uint8Array> | undefined
  /** Bytes of a file, holes included; a hard link may bring content too. */
  readonly size: number
  /** What `chunks` gives, where the file is sparse: all else is zeros. */
  readonly regions: readonly DataRegion[] | undefined
  /**
   * The content, which can be read once, until the next member is asked for. What is not read is skipped. Chunks are views
   * of the chunks of the archive.
   */
  readonly chunks: AsyncIterable<Uint8Array>
  /** Position of the header in the decompressed archive, for messages. */
  readonly offset: number
}
