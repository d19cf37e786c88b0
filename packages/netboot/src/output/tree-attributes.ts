import { chmod, type FileHandle, lchown, lutimes, utimes } from 'node:fs/promises'
import type { DirectoryEntry, EntryAttributes, FileEntry, SymlinkEntry } from '../file-system/entry.js'
import type { HostPath } from './host-path.js'

const SET_ID_BITS = 0o6000

/** What a tree on the disk could not keep, counted. */
export interface LostAttributes {
  /** Owners other than who runs this. */
  owners: number
  /** Extended attributes, file capabilities among them: Node has no way to set them. */
  xattrs: number
  /** Devices, pipes and sockets: Node has no way to make them. */
  devices: number
}

/** Gives what is written its owner, permissions and time; owners only as root, who alone may. */
export class AttributeSetter {
  readonly lost: LostAttributes = { owners: 0, xattrs: 0, devices: 0 }
  readonly #date: Date
  readonly #isRoot = process.getuid?.() === 0

  constructor(date: Date) {
    this.#date = date
  }

  async setDirectory(path: HostPath, entry: DirectoryEntry): Promise<void> {
    if (this.#owner(entry)) await lchown(path, entry.uid ?? 0, entry.gid ?? 0)
    await chmod(path, this.#mode(entry, 0o755))
    const time = this.#time(entry)
    await utimes(path, time, time)
  }

  async setLink(path: HostPath, entry: SymlinkEntry): Promise<void> {
    if (this.#owner(entry)) await lchown(path, entry.uid ?? 0, entry.gid ?? 0)
    const time = this.#time(entry)
    await lutimes(path, time, time)
  }

  async setFile(file: FileHandle, entry: FileEntry): Promise<void> {
    // Before the permissions: a change of owner takes set-id bits away.
    if (this.#owner(entry)) await file.chown(entry.uid ?? 0, entry.gid ?? 0)
    await file.chmod(this.#mode(entry, 0o644))
    const time = this.#time(entry)
    await file.utimes(time, time)
  }

  /** Set-id bits are about owners: without those a program would run with the rights of somebody else. */
  #mode(entry: EntryAttributes, otherwise: number): number {
    const mode = (entry.mode ?? otherwise) & 0o7777
    return this.#isRoot ? mode : mode & ~SET_ID_BITS
  }

  #time(entry: EntryAttributes): Date {
    return entry.mtime ?? this.#date
  }

  /** Counts what is lost. @returns whether the owner is to be set */
  #owner({ uid = 0, gid = 0, xattrs }: EntryAttributes): boolean {
    this.lost.xattrs += xattrs?.size ?? 0
    if (this.#isRoot) return true
    if (uid !== process.getuid?.() || gid !== process.getgid?.()) this.lost.owners++
    return false
  }
}
