export type EntryType = 'file' | 'directory' | 'symlink' | 'other'

/** A file, directory or link of an image, as its richest directory tree shows it. */
export interface IsoEntry {
  /** Absolute path inside the image: `/boot/kernel`. */
  readonly path: string
  readonly name: string
  readonly type: EntryType
  /** Bytes of a file's content; of anything else 0. */
  readonly size: number
  /** Type and permissions as of st_mode; where the image has none, readable by all. */
  readonly mode: number
  readonly user: number
  readonly group: number
  readonly modifiedAt: Date | undefined
  /** Where a symbolic link leads. */
  readonly target: string | undefined
  /** Where the content of a file lies in the image, in order; a directory's records. */
  readonly extents: readonly EntryExtent[]
}

export interface EntryExtent {
  /** Bytes from the start of the image. */
  readonly offset: number
  readonly length: number
}
