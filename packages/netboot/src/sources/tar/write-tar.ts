import { KairosError, throwIfAborted } from '@kairos-sdk/core'
import type { ReadOptions } from '../../bytes/byte-source.js'
import type { DataRegion, FileEntry, FileSystemEntry, HardLinkEntry } from '../../file-system/entry.js'
import { encodeName } from '../../file-system/name.js'
import { encodeHeader, type HeaderFields, padding } from './encode-header.js'
import { BLOCK_SIZE } from './errors.js'
import { TypeFlag } from './header.js'
import type { PaxRecord } from './pax.js'

const DOING = 'Cannot write the tar archive'

export interface WriteTarOptions extends ReadOptions {
  /** For entries without a time of their own. Default: 1970-01-01. */
  readonly date?: Date | undefined
}

type Inode = Exclude<FileSystemEntry, HardLinkEntry>

const TYPE_FLAGS: Partial<Record<FileSystemEntry['type'], string>> = {
  file: TypeFlag.file,
  directory: TypeFlag.directory,
  symlink: TypeFlag.symlink,
  'character-device': TypeFlag.characterDevice,
  'block-device': TypeFlag.blockDevice,
  fifo: TypeFlag.fifo,
}

/**
 * Writes entries as a tar archive: POSIX ustar headers, with PAX extended headers where they have no room (long or not
 * ASCII names, large numbers, times with fractions, extended attributes as SCHILY.xattr). Files with holes become sparse
 * (PAX format 1.0). Content is passed on as it is read. The same entries give the same bytes.
 *
 * Hard links are written behind everything else, as they may come in front of what they lead to. Sockets are left out,
 * as tar has no way to store them.
 *
 * @throws KairosError while reading: `tar/unsupported` for what tar cannot hold, content of another length than
 *   announced, and hard links in a circle; `aborted`; and what the entries throw
 */
export async function* writeTar(
  entries: AsyncIterable<FileSystemEntry> | Iterable<FileSystemEntry>,
  options: WriteTarOptions = {},
): AsyncGenerator<Uint8Array> {
  const { date = new Date(0), signal } = options
  const links = new Map<string, string>()
  for await (const entry of entries) {
    throwIfAborted(signal, DOING)
    if (entry.type === 'hardlink') links.set(relative(entry.path), relative(entry.target))
    else if (entry.type === 'file') yield* writeFile(entry, date, options)
    else if (entry.type !== 'socket') yield encodeHeader(fieldsOf(entry, date))
  }
  for (const path of links.keys()) {
    yield encodeHeader({
      name: encodeName(path),
      linkName: encodeName(follow(path, links)),
      typeFlag: TypeFlag.hardLink,
      mode: 0o644,
      uid: 0,
      gid: 0,
      size: 0,
      mtime: date,
    })
  }
  yield new Uint8Array(2 * BLOCK_SIZE)
}

async function* writeFile(entry: FileEntry, date: Date, options: ReadOptions): AsyncGenerator<Uint8Array> {
  const { source } = entry
  const regions = 'chunks' in source ? source.regions : undefined
  const chunks = 'chunks' in source ? source.chunks : source.read(0, source.size, options)
  const map = regions && encodeSparseMap(regions, source.size)
  const stored = regions ? regions.reduce((sum, { length }) => sum + length, 0) : source.size
  const size = stored + (map?.length ?? 0)
  const header = encodeHeader({ ...fieldsOf(entry, date), ...(map ? sparseFields(entry, source.size) : {}), size })
  yield map ? Buffer.concat([header, map]) : header
  let given = 0
  for await (const chunk of chunks) {
    given += chunk.length
    if (given > stored) throw wrongLength(entry.path, stored, given)
    yield chunk
  }
  if (given < stored) throw wrongLength(entry.path, stored, given)
  if (size % BLOCK_SIZE !== 0) yield padding(size)
}

function fieldsOf(entry: Inode, date: Date): HeaderFields & { readonly records: readonly PaxRecord[] } {
  const path = relative(entry.path)
  const isDirectory = entry.type === 'directory'
  return {
    name: encodeName(isDirectory ? `${path === '' ? '.' : path}/` : path),
    mode: entry.mode ?? (isDirectory ? 0o755 : entry.type === 'symlink' ? 0o777 : 0o644),
    uid: entry.uid ?? 0,
    gid: entry.gid ?? 0,
    size: 0,
    mtime: entry.mtime ?? date,
    typeFlag: TYPE_FLAGS[entry.type] ?? TypeFlag.file,
    ...(entry.type === 'symlink' ? { linkName: encodeName(entry.target) } : {}),
    ...('major' in entry ? { major: entry.major, minor: entry.minor } : {}),
    records: xattrRecords(entry),
  }
}

function xattrRecords({ path, xattrs }: Inode): PaxRecord[] {
  return [...(xattrs ?? [])]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => {
      if (name.includes('=')) {
        const found = JSON.stringify(name)
        throw new KairosError('tar/unsupported', `${path}: names of attributes without "=" expected, ${found} found.`)
      }
      return { key: `SCHILY.xattr.${name}`, value }
    })
}

/** As GNU tar writes them: readers that do not know the format see a file with another name and the map in front. */
function sparseFields(entry: FileEntry, size: number): Partial<HeaderFields> {
  const path = relative(entry.path)
  const slash = path.lastIndexOf('/') + 1
  const text = (key: string, value: string | Uint8Array) => ({ key: `GNU.sparse.${key}`, value: Buffer.from(value) })
  const records = [text('major', '1'), text('minor', '0'), text('name', encodeName(path)), text('realsize', `${size}`)]
  const name = encodeName(`${path.slice(0, slash)}GNUSparseFile.0/${path.slice(slash)}`)
  return { name, records: [...records, ...xattrRecords(entry)] }
}

function encodeSparseMap(regions: readonly DataRegion[], size: number): Uint8Array {
  const last = regions.at(-1)
  // A hole at the end needs a region behind it, or GNU tar would not make it.
  const all = last && last.offset + last.length === size ? regions : [...regions, { offset: size, length: 0 }]
  const text = Buffer.from(`${[all.length, ...all.flatMap(({ offset, length }) => [offset, length])].join('\n')}\n`)
  return Buffer.concat([text, padding(text.length)])
}

function follow(path: string, links: ReadonlyMap<string, string>): string {
  let at = path
  for (let steps = 0; steps <= links.size; steps++) {
    const next = links.get(at)
    if (next === undefined) return at
    at = next
  }
  throw new KairosError('tar/unsupported', `${path}: a hard link to an entry expected, a circle of links found.`)
}

function relative(path: string): string {
  return path.replace(/^\/+/, '')
}

function wrongLength(path: string, expected: number, found: number): KairosError {
  return new KairosError('tar/unsupported', `${path}: ${expected} bytes of content expected, ${found} found.`, {
    hint: 'Did the file change while it was read?',
  })
}
