import { decodeName } from '../../../file-system/name.js'
import {
  DIRECTORY_BODY_SIZE,
  type DirectoryInode,
  EXTENDED_DIRECTORY_BODY_SIZE,
  readDirectoryInode,
} from '../structures/inodes/directory.js'
import { EXTENDED_FILE_BODY_SIZE, FILE_BODY_SIZE, type FileInode, readFileInode } from '../structures/inodes/file.js'
import { INODE_HEADER_SIZE, type InodeHeader, InodeType, readInodeHeader } from '../structures/inodes/header.js'
import { readSpecialInode, type SpecialInode, specialBodySize } from '../structures/inodes/special.js'
import { readSymlinkInode, SYMLINK_BODY_SIZE } from '../structures/inodes/symlink.js'
import { decodeReference } from '../structures/metadata-reference.js'
import { structureReader } from '../structures/structure-reader.js'
import { NO_XATTRS } from '../structures/xattr.js'
import type { ImageContext } from './image-context.js'
import type { MetadataCursor } from './metadata-reader.js'

interface ReadSymlink {
  readonly kind: 'symlink'
  readonly links: number
  readonly target: string
  readonly xattr: number
}

/** An inode as it was read; of a file with a cursor at its block words. */
export type ReadInode = { readonly header: InodeHeader } & (
  | ({ readonly kind: 'directory' } & DirectoryInode)
  | ({ readonly kind: 'file'; readonly words: MetadataCursor } & FileInode)
  | ReadSymlink
  | ({ readonly kind: 'special' } & SpecialInode)
)

/** @throws KairosError `squashfs/damaged` */
export async function readInode(image: ImageContext, reference: number): Promise<ReadInode> {
  const { block, offset } = decodeReference(reference)
  const cursor = image.metadata.cursor(image.superblock.inodeTable + block, offset)
  const name = `${image.source.name}: inode at ${block}+${offset}`
  const next = async (length: number) => structureReader(await cursor.read(length), name)
  const header = readInodeHeader(await next(INODE_HEADER_SIZE))
  const { type, extended } = header
  switch (type) {
    case InodeType.directory: {
      const body = await next(extended ? EXTENDED_DIRECTORY_BODY_SIZE : DIRECTORY_BODY_SIZE)
      return { header, kind: 'directory', ...readDirectoryInode(body, extended) }
    }
    case InodeType.file: {
      const body = await next(extended ? EXTENDED_FILE_BODY_SIZE : FILE_BODY_SIZE)
      return { header, kind: 'file', ...readFileInode(body, extended), words: cursor }
    }
    case InodeType.symlink: {
      const { links, targetSize } = readSymlinkInode(await next(SYMLINK_BODY_SIZE))
      const target = decodeName(await cursor.read(targetSize))
      const xattr = extended ? (await next(4)).uint32le('xattr index') : NO_XATTRS
      return { header, kind: 'symlink', links, target, xattr }
    }
    default:
      return {
        header,
        kind: 'special',
        ...readSpecialInode(await next(specialBodySize(type, extended)), type, extended),
      }
  }
}
