import type { ByteSource } from '../../../bytes/byte-source.js'
import type { PatchedExtent } from '../../../bytes/overlay-source.js'
import { SECTOR_SIZE, sectorsOf } from '../structures/sector.js'
import type { DirectoryNode, FileNode } from './node.js'

/** The most bytes of one extent: whole sectors within the 32 bits of its length. A longer file has several. */
const MAX_EXTENT = 0x1_0000_0000 - SECTOR_SIZE

export interface FilePart {
  readonly sector: number
  readonly length: number
}

/**
 * Where the contents of files lie. Until `place` is called, only how many extents each file has is known; that depends on
 * its size alone.
 */
export class FileExtents {
  readonly #sectors = new Map<ByteSource, number>()
  readonly #replaced = new Map<ByteSource, ByteSource>()

  /** Gives another content of the same size to all files with a source: a boot image that must know where it lies. */
  replace(source: ByteSource, patched: ByteSource): void {
    this.#replaced.set(source, patched)
  }

  /** Puts one content at a sector. */
  placeAt(source: ByteSource, sector: number): void {
    this.#sectors.set(source, sector)
  }

  /** Puts the contents of all files of a tree one after the other, those that have no place yet. */
  place(root: DirectoryNode, firstSector: number): number {
    let next = firstSector
    const visit = (directory: DirectoryNode) => {
      for (const child of directory.children) {
        if (child.type === 'directory') visit(child)
        else if (child.type === 'file' && child.source.size > 0 && !this.#sectors.has(child.source)) {
          this.#sectors.set(child.source, next)
          next += sectorsOf(child.source.size)
        }
      }
    }
    visit(root)
    return next
  }

  sectorOf(source: ByteSource): number | undefined {
    return this.#sectors.get(source)
  }

  /** The extents of a file, at least one; an empty file's is at sector 0. */
  partsOf({ source }: FileNode): FilePart[] {
    const sector = this.#sectors.get(source) ?? 0
    const parts: FilePart[] = []
    for (let at = 0; at === 0 || at < source.size; at += MAX_EXTENT) {
      parts.push({ sector: sector + at / SECTOR_SIZE, length: Math.min(MAX_EXTENT, source.size - at) })
    }
    return parts
  }

  extents(): PatchedExtent[] {
    return [...this.#sectors].map(([source, sector]) => ({
      offset: sector * SECTOR_SIZE,
      source: this.#replaced.get(source) ?? source,
    }))
  }
}
