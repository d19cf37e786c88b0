import { readFileSync } from 'node:fs'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileSource } from '../packages/netboot/src/bytes/file-source.js'
import { memorySource } from '../packages/netboot/src/bytes/memory-source.js'
import type { FileSystemEntry } from '../packages/netboot/src/file-system/entry.js'
import {
  fileSink,
  openSquashfs,
  type SquashfsOptions,
  writeSquashfs,
} from '../packages/netboot/src/media/squashfs/index.js'
import { describeEntries, describeTree, makeTree, type TreeDescription } from './file-tree.js'
import { requirement } from './requirements.js'
import { runProgram } from './run-program.js'
import { temporaryDirectory } from './temporary.js'

const date = new Date('2024-05-06T07:08:09Z')
const mtime = new Date('2021-02-03T04:05:06Z')
const MIB = 1024 * 1024
const GIB = 1024 * MIB

/** Bytes that do not compress, the same each time. */
function noise(size: number, seed = 1): Uint8Array {
  let state = seed
  return Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return state >> 16
  })
}

const text = new TextEncoder().encode('All happy families are alike. '.repeat(200_000))
const holes = new Uint8Array(5 * MIB + 17)
holes.set(noise(5000), 2 * MIB + 100)
const capability = Buffer.from('0100000200040000000000000000000000000000', 'hex')
const long = 'n'.repeat(255)

type Attributes = Omit<Extract<FileSystemEntry, { type: 'file' }>, 'type' | 'path' | 'source'>
const file = (path: string, content: Uint8Array | string, attributes: Attributes = {}): FileSystemEntry => {
  return { type: 'file', path, mtime, source: memorySource(path, content), ...attributes }
}
const directory = (path: string, attributes: Attributes = {}): FileSystemEntry => {
  return { type: 'directory', path, mtime, ...attributes }
}

const entries: FileSystemEntry[] = [
  directory('/', { mode: 0o711, uid: 1, gid: 2 }),
  directory('/usr'),
  directory('/usr/bin', { mode: 0o1751, uid: 3, gid: 4, xattrs: new Map([['user.directory', capability]]) }),
  file('/usr/bin/ping', noise(300_000), {
    mode: 0o4755,
    xattrs: new Map([
      ['security.capability', capability],
      ['user.comment', new TextEncoder().encode('ICMP')],
      ['trusted.binary', noise(3000)],
    ]),
  }),
  file('/usr/bin/pong', 'another', { xattrs: new Map([['trusted.binary', noise(3000)]]) }),
  file('/text', text),
  file('/copy of text', text),
  file('/noise', noise(3 * MIB)),
  file('/holes', holes),
  file('/empty', ''),
  file('/one block', noise(MIB, 5)),
  file('/zeros', new Uint8Array(2 * MIB)),
  file('/owner', 'x', { uid: 4_000_000_000, gid: 65534, mode: 0o600 }),
  directory(`/${long}`),
  directory(`/${long}/${long}`),
  file(`/${long}/${long}/${long}`, 'a long name'),
  file('/ümlaut ☃ 😀 \uffee', 'names are UTF-8'),
  file('/not \udcff\udc80 utf-8', 'or not'),
  { type: 'symlink', path: '/link', target: 'usr/bin/ping', mtime },
  { type: 'symlink', path: '/long link', target: `${'x/'.repeat(2047)}x`, mtime, uid: 7 },
  { type: 'symlink', path: '/marked link', target: 'x', mtime, xattrs: new Map([['trusted.link', capability]]) },
  { type: 'hardlink', path: '/another ping', target: '/usr/bin/ping' },
  directory('/a'),
  { type: 'hardlink', path: '/a/third ping', target: '/another ping' },
  directory('/dev'),
  { type: 'character-device', path: '/dev/tty', major: 5, minor: 0, mode: 0o620, gid: 5, mtime },
  { type: 'hardlink', path: '/dev/same', target: '/dev/tty' },
  { type: 'block-device', path: '/dev/large', major: 4095, minor: 1_048_575, mode: 0o660, mtime },
  { type: 'block-device', path: '/dev/b', major: 8, minor: 1, mtime, xattrs: new Map([['trusted.b', capability]]) },
  { type: 'character-device', path: '/dev/c', major: 1, minor: 3, mtime, xattrs: new Map([['trusted.c', capability]]) },
  directory('/run'),
  { type: 'fifo', path: '/run/fifo', mode: 0o640, mtime },
  { type: 'fifo', path: '/run/marked fifo', mtime, xattrs: new Map([['trusted.f', capability]]) },
  { type: 'socket', path: '/run/socket', mode: 0o777, mtime },
  { type: 'socket', path: '/run/marked socket', mtime, xattrs: new Map([['trusted.s', capability]]) },
  directory('/many'),
  ...Array.from({ length: 2000 }, (_, index) => file(`/many/number ${index} of many`, `${index % 100}`)),
]

/** Squashfs may be a module, which a first mount loads. */
const kernelHasSquashfs = () => readFileSync('/proc/filesystems', 'utf8').includes('squashfs')
if (process.getuid?.() === 0 && !kernelHasSquashfs()) await runProgram('modprobe', ['squashfs']).catch(() => {})

const programs = ['unsquashfs', 'mksquashfs', 'getfattr', 'setfattr', 'mknod', 'tar', 'root']

describe.skipIf(requirement(programs))('squashfs images, as squashfs-tools see them', () => {
  let work: Awaited<ReturnType<typeof temporaryDirectory>>
  let tree: string
  let described: TreeDescription
  beforeAll(async () => {
    work = await temporaryDirectory()
    tree = join(work.path, 'tree')
    await mkdir(tree)
    await makeTree(tree, entries, date)
    described = await describeTree(tree)
  })
  afterAll(() => work.remove())

  async function write(name: string, content: Iterable<FileSystemEntry>, options: SquashfsOptions): Promise<string> {
    const path = join(work.path, name)
    // A new file each time: the loop device of a mount that just ended may still hold blocks of what was in the old one.
    await rm(path, { force: true })
    const handle = await open(path, 'wx')
    try {
      await writeSquashfs(content, fileSink(handle), { date, ...options })
    } finally {
      await handle.close()
    }
    return path
  }

  it.each<SquashfsOptions>([
    {},
    { compression: 'gzip' },
    { compression: 'none' },
    { compression: 'zstd', level: 15 },
    { compression: 'gzip', level: 9, blockSize: 131_072 },
    { blockSize: 4096, packTails: false, deduplicate: false, exportable: false },
  ])('unsquashfs unpacks the tree that was described: %j', async (options) => {
    const image = await write('ours.squashfs', entries, options)
    const unpacked = join(work.path, 'unpacked')
    const { code, output } = await runProgram('unsquashfs', ['-no-progress', '-d', unpacked, image])
    expect(code, output).toBe(0)
    expect(output).not.toMatch(/error|corrupt|warning/i)
    expect(await describeTree(unpacked)).toEqual(described)
    await rm(unpacked, { recursive: true })
  })

  it('unsquashfs shows what the superblock says', async () => {
    const image = await write('ours.squashfs', entries, { level: 7, blockSize: 262_144 })
    const { output } = await runProgram('unsquashfs', ['-s', image])
    expect(output).toMatch(/Compression zstd\s+compression-level 7/)
    expect(output).toMatch(/Block size 262144/)
    expect(output).toMatch(/Filesystem is exportable via NFS/)
    expect(output).toMatch(/Duplicates are removed/)
    const size = (await stat(image)).size
    expect(size % 4096).toBe(0)
  })

  it.each<[string, string[]]>([
    ['gzip', ['-comp', 'gzip']],
    ['gzip in small blocks', ['-comp', 'gzip', '-b', '4096']],
    ['zstd in large blocks', ['-comp', 'zstd', '-b', '1M']],
    ['lz4', ['-comp', 'lz4']],
    ['lz4, compressed well', ['-comp', 'lz4', '-Xhc', '-b', '1M']],
    ['without fragments', ['-no-fragments']],
    ['always with fragments', ['-always-use-fragments']],
    ['with metadata and data as they are', ['-noI', '-noD']],
    ['with nothing compressed', ['-noI', '-noD', '-noF', '-noX']],
    ['without export table, duplicates and sparse blocks', ['-no-exports', '-no-duplicates', '-no-sparse']],
  ])('what mksquashfs makes is read: %s', async (_, args) => {
    const image = join(work.path, 'theirs.squashfs')
    const made = await runProgram('mksquashfs', [tree, image, '-noappend', '-no-progress', ...args])
    expect(made.code, made.output).toBe(0)
    const opened = await openSquashfs(await fileSource(image))
    expect(await describeEntries(opened.entries())).toEqual(described)
  })

  it('what mksquashfs makes without extended attributes is read', async () => {
    const image = join(work.path, 'theirs.squashfs')
    await runProgram('mksquashfs', [tree, image, '-noappend', '-no-progress', '-no-xattrs'])
    const opened = await openSquashfs(await fileSource(image))
    const bare = new Map([...described].map(([path, entry]) => [path, { ...entry, xattrs: [] }]))
    expect(await describeEntries(opened.entries())).toEqual(bare)
  })

  it('what mksquashfs makes of a tar stream is read', async () => {
    const image = join(work.path, 'theirs.squashfs')
    const tar = await runProgram('tar', [
      '--exclude=./run/*socket',
      '--xattrs',
      '--xattrs-include=*',
      '-C',
      tree,
      '-cf',
      '-',
      '.',
    ])
    const made = await runProgram('mksquashfs', ['-', image, '-tar', '-noappend', '-no-progress'], tar.stdout)
    expect(made.code, made.output).toBe(0)
    const opened = await openSquashfs(await fileSource(image))
    const withoutSockets = new Map([...described].filter(([path]) => !path.endsWith('socket')))
    const found = await describeEntries(opened.entries())
    // mksquashfs takes the root's attributes from its own command line, and forgets that two devices are one.
    for (const map of [found, withoutSockets]) for (const path of ['/', '/dev/tty', '/dev/same']) map.delete(path)
    expect(found).toEqual(withoutSockets)
  })

  it.each(['xz', 'lzo'])('what mksquashfs makes with %s is refused with the reason', async (compression) => {
    const image = join(work.path, 'theirs.squashfs')
    await runProgram('mksquashfs', [tree, image, '-noappend', '-no-progress', '-comp', compression])
    await expect(openSquashfs(await fileSource(image))).rejects.toMatchObject({
      code: 'squashfs/unsupported',
      message: `${image}: an image compressed with zstd, gzip or lz4 expected, ${compression} found.`,
    })
  })

  it('an image made of an image is the same image', async () => {
    const first = await write('first.squashfs', entries, {})
    const opened = await openSquashfs(await fileSource(first))
    const second = join(work.path, 'second.squashfs')
    const handle = await open(second, 'w')
    await writeSquashfs(opened.entries(), fileSink(handle), { date })
    await handle.close()
    const reopened = await openSquashfs(await fileSource(second))
    expect(await describeEntries(reopened.entries())).toEqual(await describeEntries(opened.entries()))
  })

  describe.skipIf(kernelHasSquashfs() ? false : requirement(['a kernel with squashfs']))(
    'mounted by the kernel',
    () => {
      async function mounted<T>(image: string, look: (mountPoint: string) => Promise<T>): Promise<T> {
        const mountPoint = join(work.path, 'mounted')
        await mkdir(mountPoint, { recursive: true })
        const { code, output } = await runProgram('mount', ['-t', 'squashfs', '-o', 'loop,ro', image, mountPoint])
        expect(code, output).toBe(0)
        try {
          return await look(mountPoint)
        } finally {
          await runProgram('umount', [mountPoint])
        }
      }

      it.each<SquashfsOptions>([
        {},
        { compression: 'gzip' },
        { compression: 'none', blockSize: 131_072 },
        { level: 19 },
        { blockSize: 4096, packTails: false, deduplicate: false, exportable: false },
      ])('is the tree that was described: %j', async (options) => {
        const image = await write('ours.squashfs', entries, options)
        expect(await mounted(image, describeTree)).toEqual(described)
      })

      it('finds each of 70,000 names in one directory by its index, and counts links of directories', async () => {
        const names = Array.from(
          { length: 70_000 },
          (_, index) => `${(index * 7919) % 70_000} is a name of some length`,
        )
        const many = names.map((name): FileSystemEntry => ({ type: 'directory', path: `/many/${name}` }))
        const image = await write('many.squashfs', many, {})
        await mounted(image, async (mountPoint) => {
          const directory = join(mountPoint, 'many')
          expect((await readdir(directory)).sort()).toEqual(names.toSorted())
          for (let index = 0; index < names.length; index += 97) {
            const { nlink } = await stat(join(directory, names[index] ?? ''))
            expect(nlink).toBe(2)
          }
          expect((await stat(directory)).nlink).toBe(70_002)
        })
      })

      it('has files larger than 4 GiB, whose holes take no room', async () => {
        const end = noise(100_000)
        async function* chunks() {
          yield end
          yield end
        }
        const regions = [
          { offset: 3 * GIB - 50_000, length: 100_000 },
          { offset: 9 * GIB, length: 100_000 },
        ]
        const source = { size: 9 * GIB + 200_000, chunks: chunks(), regions }
        const image = await write('large.squashfs', [{ type: 'file', path: '/large', source }], {})
        expect((await stat(image)).size).toBeLessThan(MIB)
        await mounted(image, async (mountPoint) => {
          const path = join(mountPoint, 'large')
          const { size, blocks } = await stat(path)
          expect(size).toBe(source.size)
          expect(blocks * 512).toBeLessThan(4 * MIB)
          const handle = await open(path)
          const at = async (position: number) => (await handle.read(Buffer.alloc(100_000), 0, 100_000, position)).buffer
          expect((await at(3 * GIB - 50_000)).equals(end)).toBe(true)
          expect((await at(9 * GIB)).equals(end)).toBe(true)
          expect((await at(5 * GIB)).equals(Buffer.alloc(100_000))).toBe(true)
          await handle.close()
        })
      })
    },
  )
})
