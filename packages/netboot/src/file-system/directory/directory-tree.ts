import { throwIfAborted } from '@kairos-sdk/core'
import type { ReadOptions } from '../../bytes/byte-source.js'
import type { FileSystemEntry } from '../entry.js'
import { DiskFile } from './disk-file.js'
import { type FoundFile, walkDirectory } from './walk-directory.js'

/** Entries that are looked at in front of the one that is handed on. */
const ENTRIES_AHEAD = 32

/** Files up to this size are read ahead: all together never more than 4 MiB. */
const MAX_READ_AHEAD = 128 * 1024

interface Prepared {
  readonly entry: FileSystemEntry
  readonly file: DiskFile | undefined
}

/**
 * A directory of this machine as a file system: modes, owners, times, symbolic links, hard links (files with several
 * names in it), devices, pipes and sockets. Parents come before what they hold, names are sorted by their bytes, so that
 * the same directory gives the same entries.
 *
 * Extended attributes are not read, for Node has no way to: a `security.capability` of a program is lost. Other file
 * systems that are mounted in it are read like the rest.
 *
 * @throws KairosError while reading: `input/*`, `input/changed` for a file that was written to in the meantime, `aborted`
 */
export async function* directoryTree(directory: string, options: ReadOptions = {}): AsyncGenerator<FileSystemEntry> {
  const links = new Map<string, string>()
  const queue: Prepared[] = []
  for await (const found of walkDirectory(directory, options)) {
    queue.push(prepare(found, links, options))
    if (queue.length > ENTRIES_AHEAD) yield* handOn(queue)
  }
  while (queue.length > 0) {
    throwIfAborted(options.signal, `Cannot read ${directory}`)
    yield* handOn(queue)
  }
}

function* handOn(queue: Prepared[]): Generator<FileSystemEntry> {
  const prepared = queue.shift()
  if (!prepared) return
  yield prepared.entry
  // Entries that are kept for later must not keep content in memory.
  prepared.file?.release()
}

function prepare(found: FoundFile, links: Map<string, string>, options: ReadOptions): Prepared {
  const { path, stats, target } = found
  const earlier = stats.nlink > 1n && !stats.isDirectory() ? linkOf(found, links) : undefined
  if (earlier !== undefined) return { entry: { type: 'hardlink', path, target: earlier }, file: undefined }
  const attributes = attributesOf(found)
  const file = stats.isFile() ? new DiskFile(found) : undefined
  if (file) {
    if (file.size <= MAX_READ_AHEAD) file.readAhead(options)
    return { entry: { ...attributes, type: 'file', source: file }, file }
  }
  if (target !== undefined) return { entry: { ...attributes, type: 'symlink', target }, file }
  if (stats.isDirectory()) return { entry: { ...attributes, type: 'directory' }, file }
  if (stats.isFIFO()) return { entry: { ...attributes, type: 'fifo' }, file }
  if (stats.isSocket()) return { entry: { ...attributes, type: 'socket' }, file }
  const type = stats.isBlockDevice() ? 'block-device' : 'character-device'
  return { entry: { ...attributes, type, ...deviceNumber(stats.rdev) }, file }
}

/** What every entry of a directory has, as its file on the disk has it. */
function attributesOf({ path, stats }: FoundFile) {
  return {
    path,
    mode: Number(stats.mode & 0o7777n),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    mtime: new Date(Number(stats.mtimeNs / 1_000_000n)),
  }
}

/** The path of the same file that was found before; else it is the first, and remembered. */
function linkOf({ path, stats }: FoundFile, links: Map<string, string>): string | undefined {
  const key = `${stats.dev}:${stats.ino}`
  const earlier = links.get(key)
  if (earlier === undefined) links.set(key, path)
  return earlier
}

/** Linux's 64-bit device numbers: gnu_dev_major and gnu_dev_minor of glibc. */
function deviceNumber(rdev: bigint): { major: number; minor: number } {
  return {
    major: Number(((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n)),
    minor: Number((rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n)),
  }
}
