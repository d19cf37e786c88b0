import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memorySource } from '../packages/netboot/src/bytes/memory-source.js'
import type { FileSystemEntry } from '../packages/netboot/src/file-system/entry.js'
import { archiveOf, type SampleMember } from '../packages/netboot/src/sources/tar/testing/archive.js'
import { auroraboot, aurorabootSucceeds, killAuroraboot } from './auroraboot-bin.js'
import { describeTree, makeTree, type TreeDescription } from './file-tree.js'
import { run } from './layered-image.js'
import { requirement } from './requirements.js'
import { temporaryDirectory } from './temporary.js'

const date = new Date('2024-05-06T07:08:10Z')
const noise = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 7919) >> 5)
const file = (path: string, content: string | Uint8Array = path, more: object = {}): FileSystemEntry => ({
  type: 'file',
  path,
  source: memorySource(path, content),
  ...more,
})
const directory = (path: string, more: object = {}): FileSystemEntry => ({ type: 'directory', path, ...more })
const longName = `/deep/${'d'.repeat(120)}/${'f'.repeat(200)}`

const lower: FileSystemEntry[] = [
  directory('/', { mode: 0o755 }),
  file('/bin/ping', noise(3_000_000), {
    mode: 0o755,
    xattrs: new Map([['security.capability', Buffer.from('0100000200200000000000000000000000000000', 'hex')]]),
  }),
  { type: 'hardlink', path: '/bin/ping6', target: '/bin/ping' },
  file('/bin/su', 'x', { mode: 0o4755, uid: 0, gid: 42 }),
  file('/etc/replaced', 'lower'),
  file('/etc/removed'),
  file('/opaque/lower'),
  file(longName, 'long', { uid: 1234, gid: 5678 }),
  { type: 'character-device', path: '/dev/null', major: 1, minor: 3, mode: 0o666 },
  { type: 'fifo', path: '/run/pipe' },
  { type: 'symlink', path: '/lib', target: 'usr/lib' },
  { type: 'symlink', path: '/outside', target: '/etc/passwd' },
]
const upper: FileSystemEntry[] = [
  file('/etc/replaced', 'upper', { mode: 0o640, uid: 7 }),
  file('/etc/.wh.removed', ''),
  file('/opaque/.wh..wh..opq', ''),
  file('/opaque/upper'),
  directory('/opaque', { mode: 0o700 }),
]

describe.skipIf(requirement(['umoci', 'unsquashfs', 'tar', 'setfattr', 'getfattr', 'mknod', 'root']))(
  'auroraboot unpack',
  () => {
    let place: Awaited<ReturnType<typeof temporaryDirectory>>
    let expected: TreeDescription
    const at = (...names: string[]) => join(place.path, ...names)
    const unpack = (...args: string[]) =>
      aurorabootSucceeds(place.path, 'unpack', 'oci:layout:v1', ...args, '--state-dir', 'state')

    beforeAll(async () => {
      place = await temporaryDirectory()
      await run('umoci', 'init', '--layout', at('layout'))
      await run('umoci', 'new', '--image', `${at('layout')}:v1`)
      for (const [name, entries] of Object.entries({ lower, upper })) {
        await mkdir(at(name))
        await makeTree(at(name), entries, date)
        await run(
          'tar',
          '-C',
          at(name),
          '--xattrs',
          '--xattrs-include=*',
          '--format=pax',
          '-cf',
          at(`${name}.tar`),
          '.',
        )
        await run('umoci', 'raw', 'add-layer', '--image', `${at('layout')}:v1`, at(`${name}.tar`))
      }
      await run('umoci', 'unpack', '--image', `${at('layout')}:v1`, at('umoci'))
      expected = await comparable(at('umoci/rootfs'))
      expect(expected.has('/etc/removed')).toBe(false)
      expect(expected.get('/bin/ping')?.xattrs).toHaveLength(1)
    })
    afterAll(() => place.remove())

    /** Without what umoci itself sets, on the root. */
    async function comparable(path: string): Promise<TreeDescription> {
      const tree = await describeTree(path)
      tree.delete('/')
      for (const entry of tree.values()) {
        entry.xattrs = (entry.xattrs as string[]).filter((line) => !line.startsWith('user.rootlesscontainers'))
      }
      return tree
    }

    it('writes a squashfs image that equals the tree of umoci', async () => {
      await unpack('root.squashfs')
      await run('unsquashfs', '-no-progress', '-d', at('of-squashfs'), at('root.squashfs'))
      expect(await comparable(at('of-squashfs'))).toEqual(expected)
    })

    it.each(['file', 'standard output'])('writes a tar archive that equals it, to a %s', async (where) => {
      const tree = at(`of-tar-${where}`)
      await mkdir(tree)
      const reader = ['tar', '-C', tree, '-p', '--xattrs', '--xattrs-include=*', '--numeric-owner', '-x'] as const
      if (where === 'file') {
        await unpack('root.tar')
        await run(...reader, '-f', at('root.tar'))
      } else {
        const script = 'bin=$1; shift; "$0" "$bin" unpack oci:layout:v1 - --state-dir state 2>/dev/null | "$@" -f -'
        const bin = join(import.meta.dirname, '../packages/cli/bin/auroraboot.js')
        const shell = spawn('bash', ['-c', `set -o pipefail; ${script}`, process.execPath, bin, ...reader], {
          cwd: place.path,
        })
        expect(await once(shell, 'close')).toEqual([0, null])
      }
      expect(await comparable(tree)).toEqual(expected)
    })

    it('writes a directory with all that Node can make, and says what is missing', async () => {
      const { code, err } = await auroraboot(place.path, 'unpack', 'oci:layout:v1', 'root', '--state-dir', 'state')
      expect(code, err).toBe(0)
      expect(err).toMatch(/Extended attributes.* 1 in all/)
      expect(err).toMatch(/Devices, pipes and sockets are left out: 2 in all/)
      const possible = new Map(
        [...expected]
          .filter(([path]) => !['/dev/null', '/run/pipe'].includes(path))
          .map(([path, entry]) => [path, { ...entry, xattrs: [] }]),
      )
      expect(await comparable(at('root'))).toEqual(possible)
      const again = await auroraboot(place.path, 'unpack', 'oci:layout:v1', 'root', '--state-dir', 'state')
      expect([again.code, again.err]).toEqual([11, expect.stringContaining('a new or empty directory expected')])
    })

    it('starts over by itself for an image that one pass cannot merge; to standard output it cannot', async () => {
      const layers: SampleMember[][] = [
        [
          { path: 'usr/', type: 'directory' },
          { path: 'lib', type: 'symlink', target: 'usr' },
          { path: 'a', content: 'first' },
          { path: 'a', content: 'last' },
        ],
        [{ path: 'lib/x', content: 'through' }],
      ]
      await run('umoci', 'new', '--image', `${at('layout')}:odd`)
      for (const [index, members] of layers.entries()) {
        await writeFile(at(`odd${index}.tar`), archiveOf(members))
        await run('umoci', 'raw', 'add-layer', '--image', `${at('layout')}:odd`, at(`odd${index}.tar`))
      }
      await run('umoci', 'unpack', '--image', `${at('layout')}:odd`, at('odd-umoci'))
      // Times of what has no entry are those of the day.
      const withoutTimes = async (path: string) =>
        new Map([...(await comparable(path))].map(([name, { mtime: _, ...entry }]) => [name, entry]))
      const odd = await withoutTimes(at('odd-umoci/rootfs'))
      const unpackOdd = (output: string) =>
        auroraboot(place.path, 'unpack', 'oci:layout:odd', output, '--state-dir', 'state')
      const { code, err } = await unpackOdd('odd')
      expect(code, err).toBe(0)
      expect(await withoutTimes(at('odd'))).toEqual(odd)
      expect((await unpackOdd('odd.tar')).code).toBe(0)
      await mkdir(at('of-odd-tar'))
      await run('tar', '-C', at('of-odd-tar'), '-xpf', at('odd.tar'))
      expect(await withoutTimes(at('of-odd-tar'))).toEqual(odd)
      expect(await unpackOdd('-')).toMatchObject({
        code: 12,
        err: expect.stringMatching(/\/lib is a link .*one pass.*\n.*Write to a file or directory/),
      })
    })

    it.each(['killed', 'killed.tar', 'killed.squashfs'])(
      'is whole or not there when it is killed: %s',
      async (name) => {
        const startedAt = performance.now()
        await unpack(name)
        const took = performance.now() - startedAt
        const whole = name.includes('.')
          ? await run('sha256sum', at(name))
          : JSON.stringify([...(await comparable(at(name)))])
        const isWhole = async () =>
          (name.includes('.')
            ? await run('sha256sum', at(name))
            : JSON.stringify([...(await comparable(at(name)))])) === whole
        for (let round = 0; round < 4; round++) {
          await rm(at(name), { recursive: true })
          while (!(await readdir(place.path)).includes(name)) {
            const args = ['unpack', 'oci:layout:v1', name, '--state-dir', 'state']
            await killAuroraboot(place.path, args, took * (0.5 + 0.7 * Math.random()))
          }
          expect(await isWhole()).toBe(true)
        }
        await rm(at(name), { recursive: true })
        await unpack(name)
        expect(await isWhole()).toBe(true)
        expect((await readdir(place.path)).filter((other) => other.startsWith('.'))).toEqual([])
      },
    )
  },
)
