import type { FileSystemEntry } from '../../../file-system/entry.js'
import type { DeviceNumber } from '../structures/device-number.js'
import { InodeType } from '../structures/inodes/header.js'
import type { ImageContext } from './image-context.js'
import { type ReadInode, readInode } from './inode-reader.js'
import { readId } from './lookup-table.js'

/** What lies in an image, with the attributes of its inode. */
export interface SquashfsEntry {
  /** Absolute path inside the image: `/boot/vmlinuz`. Text as of `decodeName`. */
  readonly path: string
  /** The last part of the path; empty for the root. */
  readonly name: string
  readonly type: Exclude<FileSystemEntry['type'], 'hardlink'>
  /** Bytes of a file's content; of anything else 0. */
  readonly size: number
  /** Permissions with set-id and sticky bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtime: Date
  /** Names that lead to the inode; of a directory as Unix counts them. */
  readonly links: number
  /** Inode number: two entries with the same one are hard links to each other. */
  readonly inode: number
  /** Where a symbolic link leads. */
  readonly target: string | undefined
  /** Of a device. */
  readonly device: DeviceNumber | undefined
  /** Inode reference: where the inode lies in the image. */
  readonly reference: number
}

const SPECIAL_TYPES = {
  [InodeType.blockDevice]: 'block-device',
  [InodeType.characterDevice]: 'character-device',
  [InodeType.fifo]: 'fifo',
  [InodeType.socket]: 'socket',
} as const

/** @throws KairosError `squashfs/damaged` */
export async function readEntry(image: ImageContext, path: string, reference: number): Promise<SquashfsEntry> {
  const inode = await readInode(image, reference)
  const { header } = inode
  return {
    path,
    name: path.slice(path.lastIndexOf('/') + 1),
    type: inode.kind === 'special' ? SPECIAL_TYPES[inode.type] : inode.kind,
    size: inode.kind === 'file' ? inode.size : 0,
    mode: header.mode & 0o7777,
    uid: await readId(image, header.uidIndex),
    gid: await readId(image, header.gidIndex),
    mtime: new Date(header.mtime * 1000),
    links: inode.links,
    inode: header.number,
    target: targetOf(inode),
    device: inode.kind === 'special' ? inode.device : undefined,
    reference,
  }
}

function targetOf(inode: ReadInode): string | undefined {
  return inode.kind === 'symlink' ? inode.target : undefined
}
