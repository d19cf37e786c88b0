import { KairosError } from '@kairos-sdk/core'
import { encodeName } from '../../../file-system/name.js'
import { MAX_NAME_SIZE } from '../structures/directory-listing.js'
import { type DirectoryNode, type InodeNode, newDirectory, type TreeNode } from './node.js'

/** Deep trees cost a path lookup each; Linux itself stops at 4,096 bytes of path. */
const MAX_DEPTH = 2048

/** The tree that entries make, whatever their order. */
export class Tree {
  readonly root = newDirectory()
  readonly #hardLinks: { readonly parent: DirectoryNode; readonly name: string }[] = []

  /**
   * Puts a node at its path. Directories on the way are made when they are missing, and take the attributes of their own
   * entry when that comes.
   *
   * @throws KairosError `squashfs/invalid-entry` for a path that leaves the root, is taken, or leads through a file
   */
  add(path: string, node: TreeNode): void {
    const parts = partsOf(path)
    const name = parts.pop()
    if (name === undefined) {
      adopt(path, this.root, node)
      return
    }
    let parent = this.root
    for (const part of parts) parent = enter(path, parent, part)
    const present = parent.children.get(name)
    if (present) {
      if (present.kind !== 'directory') throw duplicate(path)
      adopt(path, present, node)
      return
    }
    parent.children.set(name, node)
    if (node.kind === 'hardlink') this.#hardLinks.push({ parent, name })
    else if (node.kind === 'directory') parent.links++
    else node.links++
  }

  /**
   * Replaces each hard link by the inode that it leads to.
   *
   * @throws KairosError `squashfs/invalid-entry` for one that leads nowhere, to a directory or in circles
   */
  resolveHardLinks(): void {
    for (const { parent, name } of this.#hardLinks) {
      const link = parent.children.get(name)
      if (link?.kind !== 'hardlink') continue
      const inode = this.#follow(link.path, link.target)
      if (inode.kind === 'directory') throw invalid(link.path, `a hard link to a file expected, ${link.target} found`)
      inode.links++
      parent.children.set(name, inode)
    }
  }

  #follow(path: string, target: string): InodeNode {
    let at = target
    // Each step leads to another link, so that more steps than links are a circle.
    for (let steps = 0; steps <= this.#hardLinks.length; steps++) {
      const node = this.#find(at)
      if (!node)
        throw invalid(path, `a hard link to an entry expected, ${JSON.stringify(at)} found, which there is not`)
      if (node.kind !== 'hardlink') return node
      at = node.target
    }
    throw invalid(path, 'a hard link to an entry expected, a circle of links found')
  }

  #find(path: string): TreeNode | undefined {
    let node: TreeNode | undefined = this.root
    for (const part of partsOf(path)) node = node?.kind === 'directory' ? node.children.get(part) : undefined
    return node
  }
}

function enter(path: string, parent: DirectoryNode, name: string): DirectoryNode {
  const present = parent.children.get(name)
  if (present?.kind === 'directory') return present
  if (present) throw invalid(path, `a directory ${JSON.stringify(name)} on its way expected, something else found`)
  const made = newDirectory()
  parent.children.set(name, made)
  parent.links++
  return made
}

/** A directory's own entry, after entries that lie below it. */
function adopt(path: string, present: DirectoryNode, node: TreeNode): void {
  if (node.kind !== 'directory' || present.attributes) throw duplicate(path)
  present.attributes = node.attributes
}

/** @throws KairosError `squashfs/invalid-entry` */
export function partsOf(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.length > MAX_DEPTH)
    throw invalid(path.slice(0, 80), `at most ${MAX_DEPTH} directories expected, more found`)
  for (const part of parts) {
    if (part === '..') throw invalid(path, 'a path inside the root expected, ".." found')
    if (part.includes('\0')) throw invalid(path, 'names without NUL expected, one found')
    // No character has more than three bytes a UTF-16 unit.
    if (part.length * 3 > MAX_NAME_SIZE && encodeName(part).length > MAX_NAME_SIZE) {
      throw invalid(path, `names of up to ${MAX_NAME_SIZE} bytes expected, ${encodeName(part).length} found`)
    }
  }
  return parts
}

function duplicate(path: string): KairosError {
  return new KairosError('squashfs/invalid-entry', `${path}: one entry of each path expected, a second one found.`)
}

function invalid(path: string, message: string): KairosError {
  return new KairosError('squashfs/invalid-entry', `${JSON.stringify(path)}: ${message}.`)
}
