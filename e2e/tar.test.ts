import { mkdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileSource } from '../packages/netboot/src/bytes/file-source.js'
import { memorySource } from '../packages/netboot/src/bytes/memory-source.js'
import { directoryTree } from '../packages/netboot/src/file-system/directory/index.js'
import type { FileSystemEntry } from '../packages/netboot/src/file-system/entry.js'
import { memorySink, openSquashfs, writeSquashfs } from '../packages/netboot/src/media/squashfs/index.js'
import { tarTree, writeTar } from '../packages/netboot/src/sources/tar/index.js'
import { describeEntries, describeTree, makeTree, type TreeDescription } from './file-tree.js'
import { requirement } from './requirements.js'
import { runProgram } from './run-program.js'
import { temporaryDirectory } from './temporary.js'

const mtime = new Date('2021-02-03T04:05:06Z')
const capability = Buffer.from('0100000200040000000000000000000000000000', 'hex')
const binary = Buffer.from([0, 10, 61, 255, 13, 32])
const deep = `/deep${`/${'d'.repeat(40)}`.repeat(8)}`

/** What every format of tar can hold. */
const common: FileSystemEntry[] = [
  { type: 'directory', path: '/', mode: 0o711, uid: 1, gid: 2, mtime },
  { type: 'directory', path: '/d', mode: 0o1777, uid: 3, gid: 4, mtime },
  { type: 'file', path: '/d/suid', mode: 0o6755, uid: 5, gid: 6, mtime, source: memorySource('s', 'x'.repeat(1025)) },
  { type: 'file', path: '/empty', mtime, source: memorySource('e', '') },
  { type: 'hardlink', path: '/link', target: '/d/suid' },
  { type: 'symlink', path: '/symlink', target: '../../outside', mtime },
]

/** What old ones cannot. */
const modern: FileSystemEntry[] = [
  ...common,
  { type: 'directory', path: '/deep', mtime },
  { type: 'file', path: `${deep}/${'n'.repeat(200)}`, mtime, source: memorySource('n', 'deep') },
  { type: 'symlink', path: '/long', target: `${'t/'.repeat(300)}t`, mtime },
  { type: 'file', path: '/not \udcff utf-8', mtime, source: memorySource('u', 'u') },
  { type: 'file', path: '/ümlaut ☃', uid: 3_000_000, gid: 4_000_000_000, mtime, source: memorySource('u', 'u') },
  { type: 'character-device', path: '/tty', major: 5, minor: 1, mode: 0o620, mtime },
  { type: 'block-device', path: '/disk', major: 259, minor: 70_000, mtime },
  { type: 'fifo', path: '/pipe', mtime },
]

const posix: FileSystemEntry[] = [
  ...modern,
  {
    type: 'file',
    path: '/ping',
    mtime,
    source: memorySource('p', 'ping'),
    xattrs: new Map([
      ['security.capability', capability],
      ['user.binary', binary],
    ]),
  },
  { type: 'directory', path: '/marked', mtime, xattrs: new Map([['trusted.x', binary]]) },
]

const v7Or = (format: string) => (format === 'v7' || format === 'ustar' ? common : modern)

describe.skipIf(requirement(['tar', 'bsdtar', 'getfattr', 'setfattr', 'mknod', 'root']))('tar archives', () => {
  let work: Awaited<ReturnType<typeof temporaryDirectory>>
  const trees = new Map<readonly FileSystemEntry[], string>()
  beforeAll(async () => {
    work = await temporaryDirectory()
    for (const [index, entries] of [common, modern, posix].entries()) {
      const tree = join(work.path, `tree-${index}`)
      await mkdir(tree)
      await makeTree(tree, entries, mtime)
      // On the way to deep ones, which have no entry.
      await runProgram('find', [tree, '-type', 'd', '-path', '*/deep*', '-exec', 'touch', '-d', '@1', '{}', '+'])
      trees.set(entries, tree)
    }
  })
  afterAll(() => work.remove())

  async function run(name: string, args: readonly string[]): Promise<void> {
    const { code, output } = await runProgram(name, args)
    expect(code, output).toBe(0)
  }

  /** By way of an image, whose entries can be described. */
  async function described(entries: AsyncIterable<FileSystemEntry>): Promise<TreeDescription> {
    const sink = memorySink()
    await writeSquashfs(entries, sink)
    const image = await openSquashfs(memorySource('image', sink.bytes))
    return await describeEntries(image.entries())
  }

  it.each([
    ['tar', 'v7', []],
    ['tar', 'oldgnu', []],
    ['tar', 'gnu', []],
    ['tar', 'ustar', []],
    ['tar', 'posix', ['--xattrs', '--xattrs-include=*']],
    ['bsdtar', 'v7', []],
    ['bsdtar', 'ustar', []],
    ['bsdtar', 'gnutar', []],
    ['bsdtar', 'pax', ['--xattrs']],
  ])('of %s in format %s are read as what they were made of', async (program, format, options) => {
    const entries = options.length > 0 ? posix : v7Or(format)
    const tree = trees.get(entries) as string
    const archive = join(work.path, `${program}-${format}.tar`)
    await run(program, ['--numeric-owner', `--format=${format}`, ...options, '-cf', archive, '-C', tree, '.'])
    expect(await described(tarTree(await fileSource(archive)))).toEqual(await describeTree(tree))
  })

  it.each([
    ['gnu', []],
    ['posix', ['--sparse-version=0.0']],
    ['posix', ['--sparse-version=0.1']],
    ['posix', ['--sparse-version=1.0']],
  ])('keep the holes of files in format %s %j', async (format, options) => {
    const tree = join(work.path, `sparse-${format}-${options}`)
    const content = Buffer.alloc(40 * 65_536)
    await mkdir(tree)
    // More pieces than a header has room for, and more than one extension block has.
    for (let piece = 0; piece < 40; piece++) content.fill(piece + 1, piece * 65_536, piece * 65_536 + 4096)
    await writeFile(join(tree, 'dense'), content)
    await run('cp', ['--sparse=always', join(tree, 'dense'), join(tree, 'pieces')])
    await writeFile(join(tree, 'end'), 'start')
    await truncate(join(tree, 'end'), 3_000_000)
    await writeFile(join(tree, 'hole'), '')
    await truncate(join(tree, 'hole'), 1_000_000)
    const archive = `${tree}.tar`
    await run('tar', [`--format=${format}`, ...options, '--sparse', '-cf', archive, '-C', tree, '.'])
    expect((await readFile(archive)).length).toBeLessThan(content.length + 500_000)
    let holes = 0
    for await (const entry of tarTree(await fileSource(archive))) {
      if (entry.type !== 'file' || !('chunks' in entry.source)) continue
      if (entry.source.regions) holes++
      for await (const _ of entry.source.chunks);
    }
    expect(holes).toBeGreaterThanOrEqual(3)
    expect(await described(tarTree(await fileSource(archive)))).toEqual(await describeTree(tree))

    // And back.
    const ours = `${tree}-ours.tar`
    const parts: Uint8Array[] = []
    for await (const part of writeTar(tarTree(await fileSource(archive)))) parts.push(part)
    await writeFile(ours, Buffer.concat(parts))
    for (const program of ['tar', 'bsdtar']) {
      const target = `${tree}-${program}`
      await mkdir(target)
      await run(program, ['-xpf', ours, '-C', target])
      expect(await describeTree(target)).toEqual(await describeTree(tree))
    }
  })

  it.each(['tar', 'bsdtar'])('of ours are unpacked by %s to the directory that they were made of', async (program) => {
    // Node reads no extended attributes from the disk.
    const tree = trees.get(modern) as string
    const archive = join(work.path, `for-${program}.tar`)
    const parts: Uint8Array[] = []
    for await (const part of writeTar(directoryTree(tree))) parts.push(part)
    await writeFile(archive, Buffer.concat(parts))
    const target = join(work.path, `by-${program}`)
    await mkdir(target)
    await run(program, ['--numeric-owner', '-xpf', archive, '-C', target])
    // Of a root that comes first, bsdtar sets the time before it puts anything into it.
    if (program === 'bsdtar') await utimes(target, mtime, mtime)
    expect(await describeTree(target)).toEqual(await describeTree(tree))
  })

  it('and directories as they are hold the same', async () => {
    const tree = trees.get(modern) as string
    expect(await described(directoryTree(tree))).toEqual(await describeTree(tree))
  })
})
