import { type FileHandle, link, mkdir, open, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { KairosError, translateError } from '@kairos-sdk/core'
import { contentPieces } from '../file-system/content-pieces.js'
import type { DirectoryEntry, EntryAttributes, FileEntry, FileSystemEntry, SymlinkEntry } from '../file-system/entry.js'
import { encodeName } from '../file-system/name.js'
import type { HostPath } from './host-path.js'
import type { AttributeSetter } from './tree-attributes.js'
import { writeFully } from './write-fully.js'

/**
 * Writes entries into a directory that is new and nobody else's. Symbolic links are made when everything else is there: so
 * no entry, whatever its path says, is ever written through one.
 */
export class TreeWriter {
  readonly #top: string
  readonly #attributes: AttributeSetter
  readonly #made = new Set<string>(['/'])
  readonly #directories = new Map<string, DirectoryEntry>()
  readonly #symlinks: SymlinkEntry[] = []
  readonly #hardLinks = new Map<string, string>()
  /** What could not be made. */
  readonly #missing = new Set<string>()
  files = 0
  bytes = 0

  constructor(top: string, attributes: AttributeSetter) {
    this.#top = top
    this.#attributes = attributes
  }

  async add(entry: FileSystemEntry, signal: AbortSignal | undefined): Promise<void> {
    const path = checkedPath(entry.path)
    if (entry.type !== 'directory') await this.#makeDirectory(path.slice(0, path.lastIndexOf('/')))
    switch (entry.type) {
      case 'directory':
        await this.#makeDirectory(path)
        this.#directories.set(path, entry)
        break
      case 'file':
        await this.#writeFile(path, entry, signal)
        break
      case 'symlink':
        this.#symlinks.push({ ...entry, path })
        break
      case 'hardlink':
        this.#hardLinks.set(path, checkedPath(entry.target))
        break
      default:
        this.#attributes.lost.devices++
        this.#missing.add(path)
    }
  }

  /** Makes the links, then gives directories their attributes: the deepest first, for some let nothing be written into. */
  async finish(): Promise<void> {
    for (const entry of this.#symlinks) {
      const path = this.#host(entry.path)
      await symlink(hostPath(entry.target), path)
      await this.#attributes.setLink(path, entry)
    }
    for (const path of this.#hardLinks.keys()) {
      const target = this.#follow(path)
      if (this.#missing.has(target)) continue
      await link(this.#host(target), this.#host(path))
    }
    const below = [...this.#directories].filter(([path]) => path !== '/')
    const deepestFirst = below.sort(([a], [b]) => b.split('/').length - a.split('/').length)
    for (const [path, entry] of deepestFirst) await this.#attributes.setDirectory(this.#host(path), entry)
  }

  /** Gives a directory the attributes of the root. */
  async finishTop(path = this.#top): Promise<void> {
    await this.#attributes.setDirectory(path, this.#directories.get('/') ?? { type: 'directory', path: '/' })
  }

  async #makeDirectory(path: string): Promise<void> {
    if (path === '' || this.#made.has(path)) return
    await this.#makeDirectory(path.slice(0, path.lastIndexOf('/')))
    await mkdir(this.#host(path), { mode: 0o700 })
    this.#made.add(path)
    // One without an entry of its own.
    if (!this.#directories.has(path)) this.#directories.set(path, { type: 'directory', path })
  }

  async #writeFile(path: string, entry: FileEntry, signal: AbortSignal | undefined): Promise<void> {
    // `wx`: what is there is never followed or written over, also where upper and lower case are the same.
    const file = await open(this.#host(path), 'wx', 0o600)
    try {
      await writeContent(file, entry, signal)
      await this.#attributes.setFile(file, entry)
    } finally {
      await file.close()
    }
    this.files++
    this.bytes += entry.source.size
  }

  #follow(path: string): string {
    let at = path
    for (let steps = 0; steps <= this.#hardLinks.size; steps++) {
      const next = this.#hardLinks.get(at)
      if (next === undefined) return at
      at = next
    }
    throw new KairosError('layers/damaged', `${path}: a hard link to a file expected, a circle of links found.`)
  }

  #host(path: string): HostPath {
    return hostPath(join(this.#top, path))
  }
}

async function writeContent(file: FileHandle, entry: FileEntry, signal: AbortSignal | undefined): Promise<void> {
  let at = 0
  let ended = 0
  for await (const piece of contentPieces(entry.path, entry.source, { signal })) {
    if (typeof piece === 'number') at += piece
    else {
      await writeFully(file, piece, at)
      at += piece.length
      ended = at
    }
  }
  // A hole at the end.
  if (ended < at) await file.truncate(at)
}

/** @throws KairosError `layers/escapes-root` for a path that leads out of the tree, or has names that no file can have */
function checkedPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  const bad = parts.find(
    (part) => part === '..' || part.includes('\0') || (process.platform === 'win32' && /[\\:]/.test(part)),
  )
  if (bad === undefined) return `/${parts.join('/')}`
  throw new KairosError('layers/escapes-root', `A path inside the root expected, ${JSON.stringify(path)} found.`)
}

/** @throws KairosError `argument/invalid` for what stands for no name */
function hostPath(path: string): HostPath {
  return path.isWellFormed() ? path : Buffer.from(encodeName(path))
}

/** @returns the error as one about an entry, unless it is known already */
export function entryError(error: unknown, { path }: Pick<EntryAttributes, 'path'>): KairosError {
  return translateError(error, `Cannot write ${path}`, 'output/not-writable')
}
