import { setImmediate } from 'node:timers/promises'
import { throwIfAborted } from '@kairos-sdk/core'
import { encodeName } from '../../../file-system/name.js'
import type { Compressor } from '../compression/compressor.js'
import { encodeDirectoryInode } from '../structures/inodes/directory.js'
import { encodeFileInode, NO_FRAGMENT } from '../structures/inodes/file.js'
import { type InodeAttributes, InodeType } from '../structures/inodes/header.js'
import { encodeSpecialInode } from '../structures/inodes/special.js'
import { encodeSymlinkInode } from '../structures/inodes/symlink.js'
import { encodeReference } from '../structures/metadata-reference.js'
import { NO_XATTRS } from '../structures/xattr.js'
import type { IdTable } from './id-table.js'
import { type ListedInode, writeListing } from './listing-writer.js'
import { MetadataWriter } from './metadata-writer.js'
import type { DirectoryNode, InodeNode, NodeAttributes } from './node.js'
import { childrenFirst, sortedChildren } from './tree-order.js'

export interface InodeTables {
  readonly inodes: MetadataWriter
  readonly directories: MetadataWriter
  /** Inode references by inode number less one. */
  readonly references: readonly number[]
  /** Inode reference of the root. */
  readonly root: number
}

export interface InodeWriterInit {
  readonly compressor: Compressor
  readonly ids: IdTable
  /** Of directories without an entry of their own. */
  readonly defaultMtime: number
  readonly signal: AbortSignal | undefined
}

/** Writes inode and directory table of a tree. The inodes of a directory's entries lie together and have numbers in a row. */
export async function writeInodes(root: DirectoryNode, init: InodeWriterInit): Promise<InodeTables> {
  const writer = new InodeWriter(init)
  const directories = childrenFirst(root)
  writer.number(directories, root)
  for (const [index, directory] of directories.entries()) {
    if (index % 256 === 0) {
      await setImmediate()
      throwIfAborted(init.signal, 'Cannot write the image')
    }
    writer.writeDirectory(directory)
  }
  return writer.finish(root)
}

class InodeWriter {
  readonly #inodes: MetadataWriter
  readonly #directories: MetadataWriter
  readonly #references: number[] = []
  readonly #parents = new Map<DirectoryNode, number>()
  readonly #listings = new Map<DirectoryNode, ReturnType<typeof writeListing>>()
  readonly #init: InodeWriterInit
  #count = 0

  constructor(init: InodeWriterInit) {
    this.#init = init
    this.#inodes = new MetadataWriter(init.compressor)
    this.#directories = new MetadataWriter(init.compressor)
  }

  /** Gives numbers in the order of writing: an inode names its parent's, which is written later. */
  number(directories: readonly DirectoryNode[], root: DirectoryNode): void {
    for (const directory of directories) {
      for (const { node } of sortedChildren(directory)) if (node.number === 0) node.number = ++this.#count
    }
    root.number = ++this.#count
    this.#parents.set(root, this.#count + 1)
    for (const directory of directories) {
      for (const node of directory.children.values()) {
        if (node.kind === 'directory') this.#parents.set(node, directory.number)
      }
    }
  }

  /** Writes the inodes of what a directory holds, then its listing. */
  writeDirectory(directory: DirectoryNode): void {
    const listed: ListedInode[] = []
    for (const { name, node } of sortedChildren(directory)) {
      const reference = node.reference ?? this.#write(node)
      listed.push({ name: encodeName(name), type: typeOf(node), number: node.number, reference })
    }
    this.#listings.set(directory, writeListing(this.#directories, listed))
  }

  finish(root: DirectoryNode): InodeTables {
    const reference = this.#write(root)
    return { inodes: this.#inodes, directories: this.#directories, references: this.#references, root: reference }
  }

  #write(node: InodeNode): number {
    const reference = encodeReference(this.#inodes.position)
    node.reference = reference
    this.#references[node.number - 1] = reference
    this.#inodes.append(this.#encode(node))
    return reference
  }

  #encode(node: InodeNode): Uint8Array {
    const stored = node.attributes ?? this.#madeAttributes()
    const attributes: InodeAttributes = {
      mode: stored.mode,
      uidIndex: this.#init.ids.indexOf(stored.uid),
      gidIndex: this.#init.ids.indexOf(stored.gid),
      mtime: stored.mtime,
      number: node.number,
    }
    const { xattr } = stored
    const { links } = node
    switch (node.kind) {
      case 'directory':
        return this.#encodeDirectory(node, attributes, xattr)
      case 'file': {
        const { size, sparse, blocks } = node
        const { fragment = NO_FRAGMENT, offset: fragmentOffset = 0 } = node.fragment ?? {}
        const inode = { size, start: blocks.start, fragment, fragmentOffset, sparse, links, xattr }
        return encodeFileInode(attributes, inode, blocks.words)
      }
      case 'symlink':
        return encodeSymlinkInode(attributes, { links, target: node.target, xattr })
      case 'special':
        return encodeSpecialInode(attributes, { type: node.type, links, device: node.device, xattr })
    }
  }

  #encodeDirectory(node: DirectoryNode, attributes: InodeAttributes, xattr: number): Uint8Array {
    const { position, size, indexes } = this.#listings.get(node) ?? writeListing(this.#directories, [])
    this.#listings.delete(node)
    const inode = { listingSize: size, ...position, links: node.links, parent: this.#parents.get(node) ?? 0, xattr }
    return encodeDirectoryInode(attributes, inode, indexes)
  }

  #madeAttributes(): NodeAttributes {
    return { mode: 0o755, uid: 0, gid: 0, mtime: this.#init.defaultMtime, xattr: NO_XATTRS }
  }
}

function typeOf(node: InodeNode): number {
  if (node.kind === 'directory') return InodeType.directory
  if (node.kind === 'file') return InodeType.file
  return node.kind === 'symlink' ? InodeType.symlink : node.type
}
