import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ByteSource, readFully } from '../../../bytes/byte-source.js'
import { memorySource } from '../../../bytes/memory-source.js'
import { sliceSource } from '../../../bytes/slice-source.js'
import { zeroSource } from '../../../bytes/zero-source.js'
import { openIso } from '../open-iso.js'
import { contentOf, FIXTURES, type Fixture, fixture, fixtureBytes, textOf } from '../testing/fixtures.js'
import { allTrees, contentOfTree, imageProblems } from '../testing/image-problems.js'
import type { NewEntry } from './new-entry.js'
import { type RemasterOptions, remaster } from './remaster.js'

const CONFIG = '#cloud-config\nhostname: edge\n'
const config = () => new Map<string, ByteSource>([['/config.yaml', memorySource('config.yaml', CONFIG)]])
const text = (content: string) => memorySource('text', content)

async function remastered(name: Fixture, options: RemasterOptions) {
  const base = await fixture(name)
  const image = await remaster(base, options)
  expect(await newProblems(base, image)).toEqual([])
  return image
}

/** genisoimage leaves a few lies of its own. */
async function newProblems(base: ByteSource, image: ByteSource) {
  const known = await imageProblems(base)
  return (await imageProblems(image)).filter((problem) => !known.includes(problem))
}

describe.each(FIXTURES)('remaster of %s', (name) => {
  it('adds a file, and changes nothing else in any tree', async () => {
    const base = await fixture(name)
    const image = await remastered(name, { files: config() })
    const before = await allTrees(base)
    const after = await allTrees(image)
    expect(after.map(({ tree }) => [tree.kind, tree.blockOffset])).toEqual(
      before.map(({ tree }) => [tree.kind, tree.blockOffset]),
    )
    for (const [index, { tree }] of after.entries()) {
      const was = before[index]?.tree
      const expected = was ? await contentOfTree(base, was) : new Map()
      expected.set(tree.kind === 'iso9660' ? '/CONFIG.YAML' : '/config.yaml', CONFIG)
      expect(new Map([...(await contentOfTree(image, tree))].sort())).toEqual(new Map([...expected].sort()))
    }
  })

  it('keeps the boot images where they were, so that El Torito entries stay true', async () => {
    const before = (await openIso(await fixture(name))).volume.bootCatalog
    const image = await remastered(name, { files: new Map([['/big', zeroSource(3_000_000)]]) })
    expect(image.volume.bootCatalog).toEqual(before)
  })

  it('gives the same image for the same input', async () => {
    const [first, second] = [await remastered(name, { files: config() }), await remastered(name, { files: config() })]
    expect(Buffer.compare(await readFully(first, 0, first.size), await readFully(second, 0, second.size))).toBe(0)
  })

  it('can be remastered again, and takes the room of what it replaces', async () => {
    const first = await remastered(name, { files: config() })
    const second = await remaster(first, { files: new Map([['/config.yaml', text('#cloud-config\n')]]) })
    expect(await newProblems(first, second)).toEqual([])
    expect(second.size).toBe(first.size)
    expect(await textOf(await second.open('/config.yaml'))).toBe('#cloud-config\n')
  })

  it('keeps its promises for any changes', async () => {
    const base = await fixture(name)
    const before = await contentOf(await openIso(base))
    const paths = [...before.keys()].filter((path) => !path.startsWith('/rr_moved') && !path.startsWith('/boot'))
    const part = fc.constantFrom(
      'a',
      'b',
      'config.yaml',
      'A very long name, indeed one that never ends '.repeat(4),
      'ü',
    )
    const added = fc.tuple(
      fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `/new/${parts.join('/')}/x`),
      fc.oneof(
        fc.nat(9000).map((size): NewEntry => ({ type: 'file', content: text('y'.repeat(size)) })),
        fc.constant<NewEntry>({ type: 'directory' }),
      ),
    )
    const changes = fc.record({
      files: fc.uniqueArray(added, { maxLength: 40, selector: ([path]) => path }).map((list) => new Map(list)),
      remove: fc.subarray(paths, { maxLength: 2 }),
    })
    await fc.assert(
      fc.asyncProperty(changes, async ({ files, remove }) => {
        const gone = remove.filter((path) => !remove.some((other) => path.startsWith(`${other}/`)))
        const image = await remaster(base, { files, remove: gone })
        expect(await newProblems(base, image)).toEqual([])
        const after = await contentOf(image)
        const isGone = (path: string) => gone.some((each) => path === each || path.startsWith(`${each}/`))
        for (const [path, content] of before) {
          if (!path.startsWith('/rr_moved'))
            expect([path, after.get(path)]).toEqual([path, isGone(path) ? undefined : content])
        }
        for (const [path, entry] of files) {
          const expected = entry.type === 'file' ? await textOf(entry.content) : 'directory'
          // A joined name over 255 bytes cannot be; each part here is shorter.
          if (linkless(image.volume.trees[0]?.kind)) expect([path, after.get(path)]).toEqual([path, expected])
        }
      }),
      { numRuns: 25 },
    )
  })
})

/** Joliet cuts names at 64 characters. */
function linkless(kind: string | undefined): boolean {
  return kind === 'rock-ridge'
}

describe('remaster', () => {
  it('makes parent directories, and merges into those that are there', async () => {
    const files = new Map<string, ByteSource | NewEntry>([
      ['/overlay/etc/motd', text('hello')],
      ['/sub', { type: 'directory' }],
      ['/sub/new/deeper', { type: 'directory', mode: 0o700 }],
    ])
    const image = await remastered('xorriso-rock-ridge', { files })
    expect(await textOf(await image.open('/overlay/etc/motd'))).toBe('hello')
    expect(await image.stat('/sub/new/deeper')).toMatchObject({ type: 'directory', mode: 0o040700 })
    expect(await textOf(await image.open('/sub/link'))).toBe('hello\n')
  })

  it('puts what goes into a linked directory where the link leads', async () => {
    const image = await remastered('xorriso-rock-ridge', { files: new Map([['/shortcut/new.txt', text('x')]]) })
    expect((await image.stat('/shortcut/new.txt')).path).toBe('/sub/new.txt')
    const [, joliet] = await allTrees(image)
    expect(joliet && (await contentOfTree(image, joliet.tree)).get('/sub/new.txt')).toBe('x')
  })

  it('gives attributes and long links to new entries', async () => {
    const modifiedAt = new Date('2025-05-05T05:05:05Z')
    const target = `/${'very-long-directory/'.repeat(60)}end`
    const files = new Map<string, NewEntry>([
      ['/script', { type: 'file', content: text('#!'), mode: 0o755, user: 7, group: 8, modifiedAt }],
      ['/link', { type: 'symlink', target }],
    ])
    const image = await remastered('xorriso-rock-ridge', { files })
    expect(await image.stat('/script')).toMatchObject({ mode: 0o100755, user: 7, group: 8, modifiedAt })
    expect(await image.stat('/link', { followLinks: false })).toMatchObject({ type: 'symlink', target })
  })

  it('removes directories with everything in them, also relocated ones', async () => {
    const image = await remastered('genisoimage-rock-ridge', { remove: ['/sub/deep/a'] })
    const paths = [...(await contentOf(image)).keys()]
    expect(paths.filter((path) => path.includes('/deep') || path.startsWith('/rr_moved/'))).toEqual(['/sub/deep'])
    for (const { tree } of await allTrees(image)) {
      expect([...(await contentOfTree(image, tree)).keys()].some((path) => path.includes('file.txt'))).toBe(false)
    }
  })

  it('finds the same file in trees that spell its name differently', async () => {
    const long = `/sub/a-name-so-long-that-it-needs-a-continuation-area-${'x'.repeat(150)}.txt`
    for (const name of ['xorriso-rock-ridge', 'genisoimage-rock-ridge'] as const) {
      const image = await remastered(name, { remove: [long] })
      for (const { tree } of await allTrees(image)) {
        const contents = [...(await contentOfTree(image, tree)).values()]
        expect(contents).not.toContain('long\n')
      }
    }
  })

  it('holds files over 4 GiB in several extents', async () => {
    const size = 5 * 2 ** 30 + 3
    const image = await remaster(await fixture('xorriso-rock-ridge'), { files: new Map([['/big', zeroSource(size)]]) })
    const { extents } = await image.stat('/big')
    expect(extents.map(({ length }) => length)).toEqual([4_294_965_248, size - 4_294_965_248])
    expect(extents[1]?.offset).toBe((extents[0]?.offset ?? 0) + 4_294_965_248)
    expect((await image.open('/big')).size).toBe(size)
    const again = await remaster(image, { remove: ['/big'] })
    await expect(again.stat('/big')).rejects.toMatchObject({ code: 'iso/not-found' })
  })

  it('says what cannot be done, and does nothing then', async () => {
    const base = await fixture('xorriso-appended-esp')
    const cases: [RemasterOptions, string][] = [
      [{ remove: ['/nothing'] }, 'iso/not-found'],
      [{ remove: ['/'] }, 'argument/invalid'],
      [{ files: new Map([['/../etc/passwd', text('x')]]) }, 'argument/invalid'],
      [{ files: new Map([[`/${'n'.repeat(256)}`, text('x')]]) }, 'argument/invalid'],
      [{ files: new Map([['/a\0b', text('x')]]) }, 'argument/invalid'],
      [{ files: new Map([['/sub', text('x')]]) }, 'iso/unsupported'],
      [{ files: new Map([['/hello.txt/x', text('x')]]) }, 'iso/unsupported'],
      [{ files: new Map([['/boot.catalog', text('x')]]) }, 'iso/unsupported'],
      [{ files: new Map([['/boot/bios.img', zeroSource(10_000)]]) }, 'iso/unsupported'],
      [{ files: config(), signal: AbortSignal.abort() }, 'aborted'],
    ]
    for (const [options, code] of cases) await expect(remaster(base, options)).rejects.toMatchObject({ code })
  })

  it('refuses an image that is cut off', async () => {
    const whole = await fixture('xorriso-rock-ridge')
    const { extents } = await (await openIso(whole)).stat('/hello.txt')
    const cut = sliceSource(whole, 0, (extents[0]?.offset ?? 0) + 1)
    await expect(remaster(cut, { files: config() })).rejects.toMatchObject({ code: 'iso/damaged' })
  })

  it('replaces a boot image in its place, with the tables that it had', async () => {
    const replacement = new Uint8Array(5000).fill(0xaa)
    const files = new Map([['/boot/bios.img', memorySource('bios.img', replacement)]])
    const base = await openIso(await fixture('xorriso-appended-esp'))
    const image = await remastered('xorriso-appended-esp', { files })
    const [before, after] = [await base.stat('/boot/bios.img'), await image.stat('/boot/bios.img')]
    expect(after.extents).toEqual([{ offset: before.extents[0]?.offset, length: 5000 }])
    const block = (after.extents[0]?.offset ?? 0) / 2048
    const bytes = await readFully(await image.open('/boot/bios.img'), 0, 5000)
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    expect([8, 12, 16].map((at) => view.getUint32(at, true))).toEqual([16, block, 5000])
    expect(view.getBigUint64(2548, true)).toBe(BigInt(block * 4 + 5))
  })

  it('leaves the content of no other file in the last sector of a new one', async () => {
    const image = await remastered('xorriso-rock-ridge', {
      remove: ['/boot/kernel'],
      files: new Map([['/small', text('x')]]),
    })
    const [{ offset = 0 } = {}] = (await image.stat('/small')).extents
    const sector = await readFully(image, offset, 2048)
    expect([sector[0], sector.subarray(1).some((byte) => byte !== 0)]).toEqual([0x78, false])
  })

  it('stays small in memory and quick for a large file: nothing is read', async () => {
    const unreadable = {
      ...zeroSource(2 ** 31),
      read: () => {
        throw new Error('content was read')
      },
    }
    const image = await remaster(await fixture('xorriso-isohybrid'), { files: new Map([['/large', unreadable]]) })
    expect(image.size).toBeGreaterThan(2 ** 31)
  })

  it('does not look at a base through a copy: it reads what it needs', async () => {
    const bytes = await fixtureBytes('xorriso-rock-ridge')
    let read = 0
    const source = memorySource('x', bytes)
    const watched: ByteSource = {
      ...source,
      read: (offset, length, options) => {
        read += length
        return source.read(offset, length, options)
      },
    }
    await remaster(watched, { files: config() })
    expect(read).toBeLessThan(2 * bytes.length)
  })
})
