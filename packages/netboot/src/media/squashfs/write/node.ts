import type { DeviceNumber } from '../structures/device-number.js'
import type { SpecialType } from '../structures/inodes/special.js'
import type { BlockRun } from './block-run.js'
import type { FragmentPlace } from './fragment-packer.js'

export interface NodeAttributes {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Seconds since 1970. */
  readonly mtime: number
  /** Index of the xattr set. */
  readonly xattr: number
}

interface Inode {
  /** Names that lead here. */
  links: number
  /** Inode number; 0 until it is given. */
  number: number
  /** Inode reference; undefined until the inode is written. */
  reference: number | undefined
}

export interface DirectoryNode extends Inode {
  readonly kind: 'directory'
  /** Undefined while only entries below it have been seen. */
  attributes: NodeAttributes | undefined
  readonly children: Map<string, TreeNode>
}

export interface FileNode extends Inode {
  readonly kind: 'file'
  readonly attributes: NodeAttributes
  readonly size: number
  blocks: BlockRun
  fragment: FragmentPlace | undefined
  /** Bytes in blocks that are all zeros. */
  sparse: number
}

export interface SymlinkNode extends Inode {
  readonly kind: 'symlink'
  readonly attributes: NodeAttributes
  readonly target: Uint8Array
}

export interface SpecialNode extends Inode {
  readonly kind: 'special'
  readonly attributes: NodeAttributes
  readonly type: SpecialType
  readonly device: DeviceNumber | undefined
}

/** A name whose inode is not known yet. */
export interface HardLinkNode {
  readonly kind: 'hardlink'
  readonly path: string
  readonly target: string
}

export type InodeNode = DirectoryNode | FileNode | SymlinkNode | SpecialNode
export type TreeNode = InodeNode | HardLinkNode

export function newDirectory(attributes?: NodeAttributes): DirectoryNode {
  return { kind: 'directory', attributes, children: new Map(), links: 2, number: 0, reference: undefined }
}
