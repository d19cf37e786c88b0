import { encodeName } from '../../../file-system/name.js'
import type { DirectoryNode, InodeNode } from './node.js'

export interface NamedInode {
  readonly name: string
  readonly node: InodeNode
}

/**
 * All directories, each behind those that it holds: the inode of a directory can be written when its listing has been, and
 * that when the inodes in it have been.
 */
export function childrenFirst(root: DirectoryNode): DirectoryNode[] {
  // Each in front of what it holds, then turned around; not recursive, as depth is the input's choice.
  const order: DirectoryNode[] = []
  const waiting: DirectoryNode[] = [root]
  for (let directory = waiting.pop(); directory; directory = waiting.pop()) {
    order.push(directory)
    for (const { node } of sortedChildren(directory)) if (node.kind === 'directory') waiting.push(node)
  }
  return order.reverse()
}

/** What a directory holds, in the order of the bytes of the names, which the format asks for. */
export function sortedChildren(directory: DirectoryNode): NamedInode[] {
  const children: NamedInode[] = []
  let plain = true
  for (const [name, node] of directory.children) {
    if (node.kind === 'hardlink') continue
    children.push({ name, node })
    plain &&= !ABOVE_SURROGATES.test(name)
  }
  // UTF-16 and UTF-8 sort alike up to U+D7FF, which is nearly always, and strings compare much faster.
  if (plain) return children.sort((a, b) => (a.name < b.name ? -1 : 1))
  return children.sort((a, b) => Buffer.compare(encodeName(a.name), encodeName(b.name)))
}

const ABOVE_SURROGATES = /[\ud800-\uffff]/
