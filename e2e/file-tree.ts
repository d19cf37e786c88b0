import { createHash } from 'node:crypto'
import {
  chmod,
  lchown,
  link,
  lstat,
  lutimes,
  mkdir,
  readdir,
  readFile,
  readlink,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import { readFully } from '../packages/netboot/src/bytes/byte-source.js'
import type { FileSystemEntry } from '../packages/netboot/src/file-system/entry.js'
import { decodeName, encodeName } from '../packages/netboot/src/file-system/name.js'
import { runProgram } from './run-program.js'

/** What can be seen of each entry of a tree, by path from its root; two equal trees give equal maps. */
export type TreeDescription = Map<string, Record<string, unknown>>

/** Joins paths as bytes, for names that are not UTF-8. */
function under(directory: string, path: string): Buffer {
  return Buffer.concat([encodeName(directory), encodeName(path)])
}

/** Makes entries on the disk, with nothing but system calls and the programs mknod and setfattr. Needs root. */
export async function makeTree(directory: string, entries: readonly FileSystemEntry[], date: Date): Promise<void> {
  // The attributes of directories come last: what is put into them changes their times.
  const later: (() => Promise<void>)[] = []
  for (const entry of entries) {
    const path = under(directory, entry.path)
    await mkdir(path.subarray(0, path.lastIndexOf('/')), { recursive: true })
    if (entry.type === 'hardlink') {
      await link(under(directory, entry.target), path)
      continue
    }
    await makeEntry(path, entry)
    const attributes = () => setAttributes(path, entry, date)
    if (entry.type === 'directory') later.unshift(attributes)
    else await attributes()
  }
  for (const setLater of later) await setLater()
}

async function makeEntry(path: Buffer, entry: Exclude<FileSystemEntry, { type: 'hardlink' }>): Promise<void> {
  switch (entry.type) {
    case 'directory':
      await mkdir(path, { recursive: true })
      return
    case 'symlink':
      await symlink(Buffer.from(encodeName(entry.target)), path)
      return
    case 'file':
      if ('chunks' in entry.source) throw new Error('Files of a tree on the disk have a byte source.')
      await writeFile(path, await readFully(entry.source, 0, entry.source.size))
      return
    case 'socket': {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(path.toString(), resolve))
      // Closing would remove it; the process's end does not. A name of its own stays.
      await link(path, Buffer.concat([path, Buffer.from('.kept')]))
      await new Promise((resolve) => server.close(resolve))
      await link(Buffer.concat([path, Buffer.from('.kept')]), path)
      await runProgram('rm', [`${path}.kept`])
      return
    }
    case 'fifo':
      await run('mknod', [path.toString(), 'p'])
      return
    default:
      await run('mknod', [
        path.toString(),
        entry.type === 'block-device' ? 'b' : 'c',
        `${entry.major}`,
        `${entry.minor}`,
      ])
  }
}

async function setAttributes(
  path: Buffer,
  entry: Exclude<FileSystemEntry, { type: 'hardlink' }>,
  date: Date,
): Promise<void> {
  await lchown(path, entry.uid ?? 0, entry.gid ?? 0)
  // After the owner, whose change takes set-id bits away.
  if (entry.type !== 'symlink') await chmod(path, entry.mode ?? (entry.type === 'directory' ? 0o755 : 0o644))
  for (const [name, value] of entry.xattrs ?? []) {
    await run('setfattr', ['-h', '-n', name, '-v', `0x${Buffer.from(value).toString('hex')}`, path.toString()])
  }
  await lutimes(path, entry.mtime ?? date, entry.mtime ?? date)
}

async function run(name: string, args: readonly string[]): Promise<void> {
  const { code, output } = await runProgram(name, args)
  if (code !== 0) throw new Error(`${name} ${args.join(' ')}: ${output}`)
}

/** Describes a tree on the disk. */
export async function describeTree(directory: string): Promise<TreeDescription> {
  const tree: TreeDescription = new Map()
  const xattrs = await xattrsBelow(directory)
  const visit = async (path: string) => {
    const full = under(directory, path)
    const stats = await lstat(full)
    const isDirectory = stats.isDirectory()
    const isDevice = stats.isCharacterDevice() || stats.isBlockDevice()
    const { rdev } = stats
    tree.set(path, {
      type: stats.mode & 0o170000,
      mode: (stats.mode & 0o7777).toString(8),
      owner: `${stats.uid}:${stats.gid}`,
      mtime: Math.floor(stats.mtimeMs / 1000),
      // Of directories it is the file system's own affair.
      links: isDirectory ? undefined : stats.nlink,
      target: stats.isSymbolicLink() ? decodeName(await readlink(full, 'buffer')) : undefined,
      device: isDevice ? `${(rdev >>> 8) & 0xfff}:${(rdev & 0xff) | ((rdev >>> 12) & 0xfff00)}` : undefined,
      content: stats.isFile() ? digest(await readFile(full)) : undefined,
      xattrs: xattrs.get(path) ?? [],
    })
    if (!isDirectory) return
    for (const name of await readdir(full, 'buffer')) await visit(`${path === '/' ? '' : path}/${decodeName(name)}`)
  }
  await visit('/')
  return tree
}

/** Extended attributes by path, as `getfattr` shows them. */
async function xattrsBelow(directory: string): Promise<Map<string, string[]>> {
  const { stdout } = await runProgram('getfattr', [
    '-R',
    '-P',
    '-h',
    '-d',
    '-m',
    '-',
    '-e',
    'hex',
    '--absolute-names',
    directory,
  ])
  const found = new Map<string, string[]>()
  let current: string[] = []
  for (const line of stdout.toString('latin1').split('\n')) {
    const name = /^# file: (.*)$/.exec(line)?.[1]
    if (name !== undefined) {
      const bytes = name.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
      current = []
      found.set(decodeName(Buffer.from(bytes, 'latin1')).slice(directory.length) || '/', current)
    } else if (line !== '') current.push(line)
  }
  for (const list of found.values()) list.sort()
  return found
}

const TYPES = {
  file: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
  'character-device': 0o020000,
  'block-device': 0o060000,
  fifo: 0o010000,
  socket: 0o140000,
} as const

/** Describes entries, those of an image for example, as {@link describeTree} does a tree. */
export async function describeEntries(entries: AsyncIterable<FileSystemEntry>): Promise<TreeDescription> {
  const tree: TreeDescription = new Map()
  for await (const entry of entries) {
    if (entry.type === 'hardlink') {
      const first = tree.get(entry.target)
      if (!first) throw new Error(`${entry.path}: a link to nothing`)
      first.links = Number(first.links) + 1
      tree.set(entry.path, first)
      continue
    }
    if (entry.type === 'file' && 'chunks' in entry.source) throw new Error('Files to describe have a byte source.')
    tree.set(entry.path, {
      type: TYPES[entry.type],
      mode: (entry.mode ?? 0).toString(8),
      owner: `${entry.uid}:${entry.gid}`,
      mtime: (entry.mtime?.getTime() ?? 0) / 1000,
      links: entry.type === 'directory' ? undefined : 1,
      target: entry.type === 'symlink' ? entry.target : undefined,
      device: 'major' in entry ? `${entry.major}:${entry.minor}` : undefined,
      content:
        entry.type === 'file' && !('chunks' in entry.source)
          ? digest(await readFully(entry.source, 0, entry.source.size))
          : undefined,
      xattrs: [...(entry.xattrs ?? [])]
        .map(([name, value]) => `${name}=0x${Buffer.from(value).toString('hex')}`)
        .sort(),
    })
  }
  return tree
}

function digest(content: Uint8Array): string {
  return `${content.length} ${createHash('sha256').update(content).digest('hex')}`
}
