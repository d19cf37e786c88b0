import { constants, createReadStream } from 'node:fs'
import { mkdir, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileSink, writeSquashfs } from '../packages/netboot/src/media/squashfs/index.js'
import type { ImageLayer } from '../packages/netboot/src/sources/container-image.js'
import { type MergeOptions, mergeLayers } from '../packages/netboot/src/sources/layers/index.js'
import { writeTar } from '../packages/netboot/src/sources/tar/index.js'
import { archiveOf, type SampleMember } from '../packages/netboot/src/sources/tar/testing/archive.js'
import { describeTree, type TreeDescription } from './file-tree.js'
import { requirement } from './requirements.js'
import { runProgram } from './run-program.js'
import { temporaryDirectory } from './temporary.js'

const directory = (path: string, more: Partial<SampleMember> = {}): SampleMember => {
  return { path, type: 'directory', ...more }
}
const file = (path: string, content = path, more: Partial<SampleMember> = {}): SampleMember => {
  return { path, content, ...more }
}
const link = (path: string, target: string, more: Partial<SampleMember> = {}): SampleMember => {
  return { path, type: 'hardlink', target, ...more }
}
const symlink = (path: string, target: string): SampleMember => ({ path, type: 'symlink', target })

const long = 'a-long-name/'.repeat(30)
const capability = Buffer.from('0100000200040000000000000000000000000000', 'hex')

/** Images that unpacking gives a meaning: layers of members, the lowest first. */
const images: Record<string, readonly (readonly SampleMember[])[]> = {
  'whiteouts of files and directories': [
    [
      directory('./', { mode: 0o711, uid: 1, gid: 2 }),
      directory('etc/'),
      file('etc/a'),
      file('etc/b'),
      directory('var/', { mode: 0o700, uid: 5 }),
      file('var/x'),
      directory('var/deep/'),
      file('var/deep/y'),
      file('kept'),
    ],
    [directory('etc/'), file('etc/.wh.a', ''), file('.wh.var', ''), file('etc/c')],
    [directory('var/', { mode: 0o755 }), file('var/new')],
  ],
  'a whiteout beside what its own layer puts there, in both orders': [
    [directory('d/'), file('d/old'), directory('e/'), file('e/old'), file('f', 'old'), file('g', 'old')],
    [
      directory('d/', { mode: 0o711 }),
      file('d/new'),
      file('.wh.e', ''),
      directory('e/', { mode: 0o750 }),
      file('e/new'),
      file('.wh.f', ''),
      file('f', 'new'),
    ],
  ],
  'opaque directories, with their marker first and last': [
    [directory('a/'), file('a/1'), directory('a/sub/'), file('a/sub/2'), directory('b/'), file('b/1')],
    [directory('a/', { uid: 9 }), file('a/.wh..wh..opq', ''), file('a/3'), directory('b/'), file('b/2')],
    [directory('a/', { uid: 10 }), file('a/4'), directory('b/', { gid: 4 }), file('b/.wh..wh..opq', '')],
  ],
  'files, directories and links that replace each other': [
    [
      file('x', 'a file'),
      directory('y/'),
      file('y/in'),
      directory('z/'),
      file('z/in'),
      symlink('s', 'y'),
      directory('t/'),
      file('t/lowest'),
      file('t/also'),
    ],
    [
      directory('x/'),
      file('x/in'),
      file('y', 'now a file'),
      symlink('z', 'x'),
      directory('s/'),
      file('s/own'),
      file('t', 'f'),
    ],
    [directory('t/', { mode: 0o700 }), file('t/highest')],
  ],
  'attributes of directories, of which the highest entry wins': [
    [
      directory('a/', { mode: 0o755, uid: 1, mtime: new Date(1_000_000_000) }),
      file('a/x'),
      directory('a/b/'),
      file('a/b/y'),
    ],
    [
      directory('a/', { mode: 0o1777, uid: 2, xattrs: { 'user.n': Buffer.from('2') } }),
      directory('a/b/', { mode: 0o711 }),
    ],
    [directory('a/', { mode: 0o500, uid: 3, gid: 3, mtime: new Date(2_000_000_000) })],
  ],
  'hard links within a layer and into lower ones': [
    [file('a', 'A', { mode: 0o600, uid: 4 }), link('b', 'a'), directory('d/'), link('d/c', './b'), file('m', 'M')],
    [link('e', 'd/c'), link('n', '/m')],
    [link('f', 'e')],
  ],
  'a hard link to a file that a higher layer replaced or removed': [
    [
      file('a', 'old a'),
      file('b', 'old b'),
      file('c', 'old c'),
      file('d', 'old d'),
      directory('dir/'),
      file('dir/e', 'old e'),
    ],
    [link('to-a', 'a'), link('also-a', 'a'), link('to-b', 'b'), link('to-c', 'c'), link('to-e', 'dir/e')],
    [file('a', 'new a'), file('.wh.b', ''), directory('c/'), file('.wh.dir', '')],
  ],
  'a hard link whose target in its own layer is hidden': [
    [
      file('a', 'old'),
      link('b', 'a'),
      link('c', 'a'),
      file('s1'),
      symlink('l', 'x'),
      link('l2', 'l'),
      link('gone', 's1'),
    ],
    [file('a', 'new'), file('.wh.l', ''), file('.wh.gone', ''), link('late', 'c')],
  ],
  'a hard link that is made before its target changes in the same layer': [
    [file('a', 'old'), file('b', 'old b')],
    [link('to-a', 'a'), file('a', 'new'), link('to-b', 'b'), file('.wh.b', '')],
  ],
  'hard links with attributes of their own, which count for nothing': [
    [file('a', 'A', { mode: 0o640, uid: 1 }), link('b', 'a', { mode: 0o777, uid: 7, mtime: new Date(5000) })],
    [link('c', 'a', { mode: 0o700, uid: 8 })],
  ],
  'members that repeat, of which the last counts': [
    [
      directory('d/', { mode: 0o700 }),
      symlink('s', 'first'),
      directory('d/', { mode: 0o755, uid: 3 }),
      symlink('s', 'second'),
      { path: 'p', type: 'fifo' },
      file('p', 'a file'),
    ],
  ],
  'a path through a symbolic link of the same layer': [
    [
      directory('usr/'),
      directory('usr/lib/'),
      symlink('lib', 'usr/lib'),
      file('lib/x'),
      symlink('abs', '/usr'),
      file('abs/y'),
    ],
    [directory('usr/'), directory('usr/lib/'), file('usr/lib/x', 'new')],
  ],
  'directories without an entry that a higher layer empties': [
    [file('d/x'), file('e/f/y'), file('g/h/z'), file('kept/x')],
    [file('d/.wh.x', ''), file('e/f/.wh..wh..opq', ''), file('g/.wh.h', ''), file('kept/.wh.x', ''), file('kept/y')],
  ],
  'special files, attributes and names': [
    [
      { path: 'tty', type: 'character-device', major: 5, minor: 1, mode: 0o620, gid: 5 },
      { path: 'disk', type: 'block-device', major: 259, minor: 70_000 },
      { path: 'pipe', type: 'fifo', mode: 0o600 },
      directory(long),
      file(`${long}${'n'.repeat(200)}`),
      file('ümlaut ☃'),
      file('ping', 'ping', {
        mode: 0o755,
        xattrs: { 'security.capability': capability, 'user.x': Buffer.from([0, 10]) },
      }),
      file('suid', 's', { mode: 0o6755, uid: 3_000_000, gid: 4_000_000 }),
      symlink('dangling', '../../../outside'),
      file('large', 'l'.repeat(300_000)),
      file('./dot/./slash', 'd'),
      file('/absolute', 'a'),
    ],
    [file('.wh.tty', ''), { path: 'pipe', type: 'character-device', major: 1, minor: 3 }],
  ],
}

/** Images that one pass cannot merge, and that a survey makes possible. */
const surveyed: Record<string, readonly (readonly SampleMember[])[]> = {
  'members of every type that repeat': [
    [
      file('x', 'first'),
      file('x', 'last', { mode: 0o600, uid: 3 }),
      file('to-directory'),
      directory('to-directory/', { mode: 0o700 }),
      file('to-directory/in'),
      directory('to-file/'),
      file('to-file/in'),
      directory('to-file/deep/'),
      file('to-file', 'a file'),
      file('to-link'),
      symlink('to-link', 'x'),
      symlink('link-to-file', 'x'),
      file('link-to-file', 'a file'),
      symlink('link-to-directory', 'to-directory'),
      directory('link-to-directory/'),
      file('link-to-directory/own'),
      file('to-pipe'),
      { path: 'to-pipe', type: 'fifo' },
      { path: 'to-device', type: 'fifo' },
      { path: 'to-device', type: 'character-device', major: 1, minor: 3 },
      directory('dir-to-link/'),
      file('dir-to-link/in'),
      symlink('dir-to-link', 'to-directory'),
      file('dir-to-link/through'),
      file('thrice', '1'),
      file('thrice', '22'),
      file('thrice', ''),
      directory('implied-to-file/sub/'),
      file('implied-to-file', 'f'),
    ],
    [file('y')],
  ],
  'hard links to members that repeat': [
    [
      file('a', 'first'),
      link('to-first', 'a'),
      file('a', 'second'),
      link('to-second', 'a'),
      file('b', 'b'),
      link('a', 'b'),
      link('to-b', 'a'),
      file('c', 'c1'),
      link('d', 'c'),
      file('d', 'own'),
      file('e', 'e1'),
      file('e', 'e2'),
    ],
    [link('high', 'e'), file('e', 'e3'), link('higher', 'e')],
    [file('e', 'e4')],
  ],
  'whiteouts and members that repeat': [
    [file('a', 'low'), directory('d/'), file('d/low'), directory('o/'), file('o/low'), file('gone')],
    [
      file('a', '1'),
      file('.wh.a', ''),
      file('a', '2'),
      file('d/new'),
      file('.wh.d', ''),
      directory('d/', { mode: 0o711 }),
      file('d/new', 'again'),
      file('o/1'),
      file('o/.wh..wh..opq', ''),
      file('o/1', 'again'),
      file('.wh.gone', ''),
      file('.wh.gone', ''),
    ],
    [file('.wh.a', ''), file('b'), file('b', 'b2')],
  ],
  'entries below a link of a lower layer': [
    [
      directory('usr/'),
      directory('usr/lib/', { mode: 0o711 }),
      directory('usr/lib/firmware/'),
      file('usr/lib/firmware/old'),
      file('usr/lib/replaced', 'old'),
      symlink('lib', 'usr/lib'),
      symlink('lib64', '/usr/lib'),
      symlink('usr/up', '../../../../usr/lib'),
    ],
    [
      file('lib/firmware/x', 'new'),
      file('lib64/replaced', 'new'),
      file('usr/up/from-above'),
      symlink('lib/beside', 'replaced'),
      { path: 'lib/pipe', type: 'fifo' },
      directory('lib/made/', { mode: 0o750, uid: 4 }),
      directory('lib/firmware/', { mode: 0o700 }),
    ],
    [link('lib/linked', 'lib64/firmware/x'), file('usr/lib/made/x')],
  ],
  'a link to a link, and links that lead nowhere': [
    [
      symlink('a', 'b/sub'),
      symlink('b', '/c'),
      directory('c/'),
      symlink('gone', 'not/yet/there'),
      symlink('outside', '/../../etc'),
    ],
    [symlink('c/sub', '../d')],
    [file('a/x'), file('gone/y'), file('outside/z')],
    [link('again', 'a/x'), file('gone/.wh.y', '')],
  ],
  'whiteouts below a link': [
    [
      directory('usr/'),
      file('usr/a'),
      file('usr/b'),
      directory('usr/d/'),
      file('usr/d/x'),
      symlink('l', 'usr'),
      symlink('m', '/usr/d'),
    ],
    [file('l/.wh.a', ''), file('l/.wh.none', ''), file('m/.wh.x', ''), file('l/b', 'new')],
  ],
  'an opaque directory below a link': [
    [directory('usr/'), file('usr/a'), directory('usr/d/'), file('usr/d/x'), symlink('l', 'usr')],
    [file('l/kept'), file('l/.wh..wh..opq', ''), file('usr/kept-too'), directory('l/d/')],
  ],
  'a link that a layer above removes or replaces, after something went through it': [
    [directory('usr/'), symlink('l', 'usr'), symlink('m', 'usr'), symlink('n', 'usr')],
    [file('l/through-l'), file('m/through-m'), file('n/through-n')],
    [file('.wh.l', ''), directory('m/'), file('n', 'a file')],
    [file('l/new'), file('m/new')],
  ],
  'an entry in front of the directory that takes the place of a link': [
    [directory('usr/'), symlink('l', 'usr')],
    [file('l/first'), directory('l/'), file('l/second')],
  ],
  'a hard link to a symbolic link, on the way of a path': [
    [directory('usr/'), symlink('l', 'usr')],
    [link('m', 'l')],
    [file('m/x')],
  ],
}

describe.skipIf(requirement(['umoci', 'unsquashfs', 'getfattr', 'bsdtar', 'tar', 'root']))(
  'layers, merged as umoci unpacks them',
  () => {
    let work: Awaited<ReturnType<typeof temporaryDirectory>>
    beforeAll(async () => {
      work = await temporaryDirectory()
    })
    afterAll(() => work.remove())

    async function run(name: string, args: readonly string[]): Promise<void> {
      const { code, output } = await runProgram(name, args)
      expect(code, output).toBe(0)
    }

    async function makeImage(title: string, layers: readonly (readonly SampleMember[])[]) {
      const base = join(work.path, title.replace(/\W+/g, '-'))
      await mkdir(base)
      const layout = join(base, 'image')
      const image = `${layout}:test`
      await run('umoci', ['init', '--layout', layout])
      await run('umoci', ['new', '--image', image])
      const files = layers.map((_, index) => join(base, `${index}.tar`))
      for (const [index, members] of layers.entries()) {
        await writeFile(files[index] as string, archiveOf(members))
        await run('umoci', ['raw', 'add-layer', '--image', image, files[index] as string])
      }
      return { base, image, files }
    }

    const layersOf = (files: readonly string[], opened: string[] = []): ImageLayer[] =>
      files.map((path) => ({
        name: path,
        open() {
          opened.push(path)
          return createReadStream(path)
        },
      }))

    async function unpackedByUmoci(base: string, image: string): Promise<TreeDescription> {
      await run('umoci', ['unpack', '--image', image, join(base, 'bundle')])
      return await describeTree(join(base, 'bundle/rootfs'))
    }

    async function unpackedByUs(
      base: string,
      layers: readonly ImageLayer[],
      options: MergeOptions = {},
    ): Promise<TreeDescription> {
      const path = join(base, 'ours.squashfs')
      const handle = await open(path, 'wx')
      await writeSquashfs(mergeLayers(layers, options), fileSink(handle)).finally(() => handle.close())
      await run('unsquashfs', ['-no-progress', '-d', join(base, 'ours'), path])
      return await describeTree(join(base, 'ours'))
    }

    it.each(Object.entries(images))('%s', async (title, layers) => {
      const { base, image, files } = await makeImage(title, layers)
      const expected = await unpackedByUmoci(base, image)
      const opened: string[] = []
      const found = await unpackedByUs(base, layersOf(files, opened))
      forgetTimesOf(impliedDirectories(layers), expected, found)
      expect(found).toEqual(expected)
      const isRead = title.includes('in its own layer is hidden') ? [...files, files[0]] : files
      expect(opened.toSorted()).toEqual([...isRead].sort())
    })

    it.each(Object.entries(surveyed))('%s: with a survey', async (title, layers) => {
      const { base, image, files } = await makeImage(title, layers)
      const expected = await unpackedByUmoci(base, image)
      const first = join(base, 'one-pass')
      await mkdir(first)
      await expect(unpackedByUs(first, layersOf(files))).rejects.toMatchObject({ code: 'layers/needs-survey' })
      const opened: string[] = []
      const found = await unpackedByUs(base, layersOf(files, opened), { survey: true })
      forgetTimesOf(directoriesOfToday(expected), expected, found)
      expect(found).toEqual(expected)
      expect(opened.length).toBeLessThanOrEqual(2 * files.length)
    })

    it.each(Object.entries(images))('%s: with a survey as without', async (title, layers) => {
      const { base, image, files } = await makeImage(`surveyed ${title}`, layers)
      const expected = await unpackedByUmoci(base, image)
      const found = await unpackedByUs(base, layersOf(files), { survey: true })
      forgetTimesOf(impliedDirectories(layers), expected, found)
      expect(found).toEqual(expected)
    })

    it.each(['tar', 'bsdtar'])('and a tar archive of them is what %s unpacks', async (program) => {
      const title = 'a hard link whose target in its own layer is hidden'
      const { base, image, files } = await makeImage(`for ${program}`, [
        ...(images[title] ?? []),
        ...(images['special files, attributes and names'] ?? []),
      ])
      const expected = await unpackedByUmoci(base, image)
      const archive = join(base, 'ours.tar')
      const parts: Uint8Array[] = []
      for await (const part of writeTar(mergeLayers(layersOf(files)))) parts.push(part)
      await writeFile(archive, Buffer.concat(parts))
      const target = join(base, 'by-tar')
      await mkdir(target)
      const options = program === 'tar' ? ['--xattrs', '--xattrs-include=*', '--numeric-owner'] : ['--numeric-owner']
      await run(program, [...options, '-xpf', archive, '-C', target])
      const found = await describeTree(target)
      forgetTimesOf(['/', ...impliedDirectories(Object.values(images).flat())], expected, found)
      expect(found).toEqual(expected)
    })
  },
)

/** Directories without an entry: every unpacker gives them the time of day, and a mode of its own. */
function impliedDirectories(layers: readonly (readonly SampleMember[])[]): string[] {
  const names = (path: string) => path.split('/').filter((name) => name !== '' && name !== '.')
  const given = new Set<string>()
  const implied = new Set(['/'])
  for (const { path, type } of layers.flat()) {
    if (type === 'directory') given.add(`/${names(path).join('/')}`)
    for (let depth = 1; depth < names(path).length; depth++) implied.add(`/${names(path).slice(0, depth).join('/')}`)
  }
  return [...implied].filter((path) => !given.has(path))
}

/** Those that have not the time of the samples: links lead to directories without an entry too. */
function directoriesOfToday(tree: TreeDescription): string[] {
  return [...tree]
    .filter(([, { mtime, type }]) => type === constants.S_IFDIR && mtime !== 1_600_000_000)
    .map(([path]) => path)
}

function forgetTimesOf(paths: readonly string[], ...trees: readonly TreeDescription[]): void {
  for (const tree of trees) for (const path of paths) if (tree.has(path)) delete tree.get(path)?.mtime
}
