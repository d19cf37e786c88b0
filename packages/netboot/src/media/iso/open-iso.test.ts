import { describe, expect, it } from 'vitest'
import { readFully } from '../../bytes/byte-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import { sliceSource } from '../../bytes/slice-source.js'
import { authorIso } from './author/index.js'
import { openIso } from './open-iso.js'
import { bootImages } from './read/boot-catalog.js'
import { contentOf, FIXTURES, type Fixture, fixture, fixtureBytes, textOf } from './testing/fixtures.js'

const LONG_NAME = `a-name-so-long-that-it-needs-a-continuation-area-${'x'.repeat(150)}.txt`
const DEEP = '/sub/deep/a/b/c/d/e/f/g/file.txt'

describe('openIso', () => {
  it.each<[Fixture, string, string]>([
    ['xorriso-rock-ridge', 'FIXTURE', 'rock-ridge,joliet'],
    ['genisoimage-rock-ridge', 'FIXTURE', 'rock-ridge,joliet'],
    ['genisoimage-joliet', 'FIXTURE', 'joliet,iso9660'],
    ['xorriso-appended-esp', 'COS_LIVE', 'rock-ridge,joliet'],
    ['xorriso-hfsplus', 'COS_LIVE', 'rock-ridge'],
  ])('finds label and trees of %s', async (name, label, trees) => {
    const { volume } = await openIso(await fixture(name))
    expect(volume.identifier).toBe(label)
    expect(volume.trees.map(({ kind }) => kind).join()).toBe(trees)
  })

  it.each<Fixture>(['xorriso-rock-ridge', 'genisoimage-rock-ridge'])(
    'reads names, modes, links, continuation areas and relocated directories of %s',
    async (name) => {
      const image = await openIso(await fixture(name))
      const content = await contentOf(image)
      expect(content.get('/hello.txt')).toBe('hello\n')
      expect(content.get('/empty.txt')).toBe('')
      expect(content.get('/empty')).toBe('directory')
      expect(content.get('/sub/link')).toBe('-> ../hello.txt')
      expect(content.get(`/sub/${LONG_NAME}`)).toBe('long\n')
      expect(content.get('/sub/Some file with a long name number 12.conf')).toBe('12\n')
      expect(content.get(DEEP)).toBe('deep\n')
      expect(await image.stat('/hello.txt')).toMatchObject({
        type: 'file',
        size: 6,
        mode: 0o100644,
        user: 0,
        modifiedAt: new Date(1_790_000_000_000),
      })
    },
  )

  it('reads a Joliet tree without Rock Ridge', async () => {
    const content = await contentOf(await openIso(await fixture('genisoimage-joliet')))
    expect(content.get('/hello.txt')).toBe('hello\n')
    expect(content.get('/sub/Some file with a long name number 12.conf')).toBe('12\n')
  })

  it('follows links on the way and at the end, but not when it is told not to', async () => {
    const image = await openIso(await fixture('xorriso-rock-ridge'))
    expect(await textOf(await image.open('/shortcut/link'))).toBe('hello\n')
    expect((await image.stat('/shortcut/link')).path).toBe('/hello.txt')
    expect(await image.stat('/shortcut/link', { followLinks: false })).toMatchObject({
      path: '/sub/link',
      type: 'symlink',
      target: '../hello.txt',
    })
    expect((await image.stat('/sub/../../../boot/./kernel')).path).toBe('/boot/kernel')
  })

  it('lists one directory', async () => {
    const image = await openIso(await fixture('xorriso-rock-ridge'))
    const names: string[] = []
    for await (const { name } of image.list('/')) names.push(name)
    expect(names.sort()).toEqual(['boot', 'empty', 'empty.txt', 'hello.txt', 'shortcut', 'sub'])
  })

  it('opens a file as a range of the image', async () => {
    const image = await openIso(await fixture('xorriso-rock-ridge'))
    const kernel = await image.open('/boot/kernel')
    const { extents } = await image.stat('/boot/kernel')
    expect(extents).toHaveLength(1)
    const [{ offset = 0, length = 0 } = {}] = extents
    expect(await readFully(kernel, 100, 50)).toEqual(await readFully(image, offset + 100, 50))
    expect(kernel.size).toBe(length)
  })

  it('opens a file by its entry, also by one that it has not given out itself', async () => {
    const image = await openIso(await fixture('xorriso-rock-ridge'))
    const entry = await image.stat('/sub/link')
    for (const each of [entry, { ...entry }]) expect(await textOf(await image.open(each))).toBe('hello\n')
    const other = await openIso(await fixture('xorriso-rock-ridge'))
    expect(await textOf(await other.open(entry))).toBe('hello\n')
    const link = await image.stat('/sub/link', { followLinks: false })
    for (const each of [link, { ...link }]) {
      await expect(image.open(each)).rejects.toMatchObject({ code: 'iso/unsupported' })
    }
  })

  it('opens the very file of an entry without looking for it again, also where two have one name', async () => {
    const entries = ['name-1', 'name-2'].map((name) => ({
      path: `/${name}`,
      type: 'file' as const,
      source: memorySource(name, name),
    }))
    const iso = await authorIso({ volumeLabel: 'TEST', entries })
    const bytes = Buffer.from(await readFully(iso, 0, iso.size))
    // In Rock Ridge's NM entry.
    bytes.write('name-1', bytes.indexOf('name-2'))
    const image = await openIso(memorySource('iso', bytes))
    const found: string[] = []
    for await (const entry of image.list('/')) found.push(entry.path, await textOf(await image.open(entry)))
    expect(found).toEqual(['/name-1', 'name-1', '/name-1', 'name-2'])
  })

  it('says what is not there, and what is no file', async () => {
    const image = await openIso(await fixture('xorriso-rock-ridge'))
    await expect(image.stat('/nothing')).rejects.toMatchObject({ code: 'iso/not-found' })
    await expect(image.open('/boot')).rejects.toMatchObject({ code: 'input/is-a-directory' })
    await expect(image.list('/hello.txt')[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'iso/not-found',
    })
  })

  it('reads all boot entries with their platforms', async () => {
    const { volume } = await openIso(await fixture('xorriso-appended-esp'))
    const catalog = volume.bootCatalog?.catalog
    expect(catalog && bootImages(catalog).map(({ platform, entry }) => [platform, entry.bootable])).toEqual([
      [0, true],
      [0xef, true],
    ])
  })

  it('finds the volume descriptors that a partition shows', async () => {
    const { volume } = await openIso(await fixture('xorriso-appended-esp'))
    expect(volume.partitionDescriptors.map(({ block, blockOffset }) => [block, blockOffset])).toEqual([[32, 16]])
  })

  it.each<[Fixture, boolean, boolean, boolean]>([
    ['xorriso-rock-ridge', false, false, false],
    ['xorriso-appended-esp', true, true, false],
    ['xorriso-partition-offset', true, false, false],
    ['xorriso-isohybrid', true, true, false],
    ['xorriso-hfsplus', true, true, true],
  ])('finds the partition tables of %s', async (name, mbr, gpt, apple) => {
    const { systemArea } = (await openIso(await fixture(name))).volume
    expect([systemArea.mbr, systemArea.gpt, systemArea.apple].map((table) => table !== undefined)).toEqual([
      mbr,
      gpt,
      apple,
    ])
  })

  it('reads the last session, wherever its descriptors are', async () => {
    for (const name of ['xorriso-sessions', 'genisoimage-sessions'] as const) {
      const content = await contentOf(await openIso(await fixture(name)))
      expect([...content.keys()].filter((path) => path === '/second.txt' || path === '/hello.txt')).toHaveLength(2)
    }
  })
})

describe('openIso of what is no sound image', () => {
  it('tells what is not an image from one that is damaged', async () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(100_000), Buffer.from('#!/bin/sh\n')]) {
      await expect(openIso(memorySource('x', bytes))).rejects.toMatchObject({ code: 'iso/not-an-image' })
    }
  })

  it('says at which byte a truncated image ends', async () => {
    const whole = await fixture('xorriso-rock-ridge')
    const image = await openIso(sliceSource(whole, 0, 60 * 2048))
    await expect(
      (async () => {
        for await (const { type, path } of image.walk()) if (type === 'file') await image.open(path)
      })(),
    ).rejects.toMatchObject({ code: 'iso/damaged', message: expect.stringContaining('the image ends at 122880') })
  })

  it.each(FIXTURES)('answers every truncation of %s with a result or an error', async (name) => {
    const whole = await fixture(name)
    for (let size = 0; size < Math.min(whole.size, 80 * 2048); size += 1500) {
      try {
        await contentOf(await openIso(sliceSource(whole, 0, size)))
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^iso\//) })
      }
    }
  })

  it('stops at a directory that contains itself', async () => {
    const bytes = await fixtureBytes('xorriso-rock-ridge')
    const image = await openIso(memorySource('x', bytes))
    const { root } = image.volume.trees[0] ?? { root: { block: 0 } }
    // The first directory of the root leads back to the root.
    const records = bytes.subarray(root.block * 2048, (root.block + 1) * 2048)
    for (let at = 0; records[at]; at += records[at] ?? 1) {
      if ((records[at + 25] ?? 0) & 2 && records[at + 33] !== 0 && records[at + 33] !== 1) {
        new DataView(records.buffer, records.byteOffset).setUint32(at + 2, root.block, true)
      }
    }
    await expect(contentOf(await openIso(memorySource('x', bytes)))).rejects.toMatchObject({
      code: 'iso/damaged',
      message: expect.stringContaining('found twice'),
    })
  })

  it('keeps names from leading out of the directory that an image is extracted to', async () => {
    const bytes = await fixtureBytes('xorriso-rock-ridge')
    const at = Buffer.from(bytes).indexOf('hello.txt', 0, 'latin1')
    bytes.set(Buffer.from('../../etc'), at)
    const paths = [...(await contentOf(await openIso(memorySource('x', bytes)))).keys()]
    expect(paths).toContain('/.._.._etc')
    expect(paths.some((path) => path.split('/').includes('..'))).toBe(false)
  })

  it('stops when it is cancelled', async () => {
    const signal = AbortSignal.abort()
    await expect(openIso(await fixture('xorriso-rock-ridge'), { signal })).rejects.toMatchObject({ code: 'aborted' })
  })
})
