import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { lstat, mkdir, mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { fileSource } from '@kairos-sdk/netboot'
import { type CompressionName, type FileSystemEntry, fileSink, writeSquashfs } from '@kairos-sdk/netboot/squashfs'
import type { BenchResult } from './result.ts'

const TREE_BYTES = 500e6
const MIB = 2 ** 20

const WORDS =
  'the of and kernel module boot initrd device network driver license GNU version error return static'.split(' ')

/** A tree of text, machine code and what does not compress, in files of 1 KB to 8 MB, most of them small. */
async function makeTree(directory: string): Promise<{ files: number; bytes: number }> {
  const code = readFileSync(process.execPath)
  let seed = 1
  const random = () => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
    return seed / 0x80000000
  }
  const text = Buffer.from(Array.from({ length: 3e6 }, () => WORDS[Math.floor(random() ** 2 * WORDS.length)]).join(' '))
  let bytes = 0
  let files = 0
  for (; bytes < TREE_BYTES; files++) {
    const size = Math.floor(1000 * 8000 ** (random() ** 4))
    const kind = random()
    const from = kind < 0.4 ? text : code
    const at = Math.floor(random() * Math.max(0, from.length - size))
    const content = kind < 0.85 ? from.subarray(at, at + size) : randomBytes(size)
    const folder = join(directory, `directory-${files % 97}`)
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, `file-${files}`), content)
    bytes += content.length
  }
  return { files, bytes }
}

async function* entriesOf(directory: string, at = ''): AsyncGenerator<FileSystemEntry> {
  for (const name of (await readdir(directory)).sort()) {
    const path = join(directory, name)
    const { mode, uid, gid, mtime } = await lstat(path)
    const attributes = { path: `${at}/${name}`, mode: mode & 0o7777, uid, gid, mtime }
    if ((mode & 0o170000) === 0o040000) {
      yield { type: 'directory', ...attributes }
      yield* entriesOf(path, attributes.path)
    } else yield { type: 'file', ...attributes, source: await fileSource(path) }
  }
}

/** Runs a program to its end: seconds, and the most memory that it had resident at a time. */
async function measure(program: string, args: readonly string[]): Promise<{ seconds: number; rss: number }> {
  const startedAt = performance.now()
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  let seconds = 0
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => {
      seconds = (performance.now() - startedAt) / 1000
      resolve(code)
    })
  })
  let rss = 0
  const status = `/proc/${child.pid}/status`
  while (child.exitCode === null && existsSync(status)) {
    rss = Math.max(rss, Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(status, 'latin1'))?.[1] ?? 0) * 1024)
    await setTimeout(25)
  }
  if ((await ended) !== 0) throw new Error(`${program} failed`)
  return { seconds, rss }
}

/** Our writer beside mksquashfs, both from the same tree on the disk to a file. */
export async function bench(): Promise<BenchResult> {
  const directory = await mkdtemp(join(tmpdir(), 'kairos-bench-squashfs-'))
  try {
    const tree = join(directory, 'tree')
    const { files, bytes } = await makeTree(tree)
    const ours = (compression: string, level: number) => (out: string) =>
      measure(process.execPath, [import.meta.filename, tree, out, compression, `${level}`])
    const theirs =
      (...args: string[]) =>
      (out: string) =>
        measure('mksquashfs', [tree, out, '-b', '1024k', '-noappend', '-no-progress', '-quiet', '-comp', ...args])
    const contestants: [string, (out: string) => Promise<{ seconds: number; rss: number }>][] = [
      ['writeSquashfs, zstd 3 (our default)', ours('zstd', 3)],
      ['mksquashfs, zstd 3', theirs('zstd', '-Xcompression-level', '3')],
      ['mksquashfs, zstd 15 (its default)', theirs('zstd')],
      ['writeSquashfs, gzip 6 (our default)', ours('gzip', 6)],
      ['writeSquashfs, gzip 9', ours('gzip', 9)],
      ['mksquashfs, gzip 9 (its default)', theirs('gzip')],
    ]
    const rows: (string | number)[][] = []
    for (const [name, run] of contestants) {
      const out = join(directory, 'image')
      const { seconds, rss } = await run(out)
      rows.push([name, seconds, (await stat(out)).size / 1e6, Math.round(rss / MIB)])
      await rm(out)
    }
    const title = `Squashfs images of ${files} files, ${Math.round(bytes / 1e6)} MB, in blocks of 1 MiB`
    return { title, columns: ['what', 'seconds', 'MB', 'resident MiB'], rows }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** In a process of its own, so that its memory can be told: TREE OUT COMPRESSION LEVEL. */
if (process.argv[1] === import.meta.filename) {
  const [tree = '', out = '', compression, level] = process.argv.slice(2)
  const file = await open(out, 'w')
  await writeSquashfs(entriesOf(tree), fileSink(file), {
    compression: compression as CompressionName,
    level: Number(level),
  })
  await file.close()
}
