import { ByteWriter } from '../../../bytes/writer.js'

export const DIRECTORY_INDEX_SIZE = 12

/** Most index entries that the inode can count. */
export const MAX_INDEXES = 0xffff

export interface DirectoryIndex {
  /** Bytes from the start of the listing to a header. */
  readonly offset: number
  /** Start of the metadata block with that header in the directory table. */
  readonly block: number
  /** Name of the first entry behind that header. */
  readonly name: Uint8Array
}

/**
 * An entry of a large directory's index, by which a name is found without reading all in front of it.
 *
 *     Offset  Size  Field
 *     0       4     offset of a header in the listing
 *     4       4     start of its metadata block in the directory table
 *     8       4     bytes of the name, less one
 *     12      n     name of the first entry behind the header
 */
export function encodeDirectoryIndex(index: DirectoryIndex): Uint8Array {
  return new ByteWriter(DIRECTORY_INDEX_SIZE + index.name.length, 'directory index')
    .uint32le(index.offset, 'offset')
    .uint32le(index.block, 'block')
    .uint32le(index.name.length - 1, 'name size')
    .bytes(index.name, 'name').written
}
