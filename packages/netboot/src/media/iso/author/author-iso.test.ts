import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ByteSource, readFully } from '../../../bytes/byte-source.js'
import { memorySource } from '../../../bytes/memory-source.js'
import { zeroSource } from '../../../bytes/zero-source.js'
import { fatImage } from '../../fat/index.js'
import { decodeMbr, PartitionType, verifyGpt } from '../../partitions/index.js'
import { openIso } from '../open-iso.js'
import { type AuthorIsoOptions, authorIso } from './author-iso.js'
import { directoryEntries } from './directory-entries.js'
import type { AuthorEntry } from './entry.js'

const date = new Date('2024-05-06T07:08:10Z')
const file = (path: string, content: string | Uint8Array = path, extra: object = {}): AuthorEntry => ({
  path,
  type: 'file',
  source: memorySource(path, content),
  ...extra,
})
const author = (entries: AuthorIsoOptions['entries'], options: Partial<AuthorIsoOptions> = {}) =>
  authorIso({ volumeLabel: 'COS_LIVE', date, entries, ...options })
const bytesOf = (source: ByteSource) => readFully(source, 0, source.size)

async function contentsOf(iso: ByteSource): Promise<Map<string, string>> {
  const image = await openIso(iso)
  const found = new Map<string, string>()
  for await (const entry of image.walk()) {
    if (entry.type === 'file')
      found.set(entry.path, Buffer.from(await bytesOf(await image.open(entry.path))).toString())
    else if (entry.type === 'symlink') found.set(entry.path, `-> ${entry.target}`)
  }
  return found
}

describe('an authored image', () => {
  it('gives back names, contents, modes, owners, dates and links', async () => {
    const mtime = new Date('2020-02-03T04:05:06Z')
    const image = await openIso(
      await author([
        file('/boot/kernel', 'the kernel', { mode: 0o400, uid: 1000, gid: 2000, mtime }),
        { path: 'boot', type: 'directory', mode: 0o700 },
        { path: 'etc/link', type: 'symlink', target: '../boot/./kernel' },
        file('empty', ''),
      ]),
    )
    expect(await image.stat('/boot/kernel')).toMatchObject({
      type: 'file',
      size: 10,
      mode: 0o100400,
      user: 1000,
      group: 2000,
      modifiedAt: mtime,
    })
    expect(await image.stat('/boot')).toMatchObject({ type: 'directory', mode: 0o040700, modifiedAt: date })
    expect(await image.stat('/etc/link', { followLinks: false })).toMatchObject({ target: '../boot/./kernel' })
    expect(await image.stat('/empty')).toMatchObject({ size: 0 })
    expect(image.volume.identifier).toBe('COS_LIVE')
    expect(image.volume.trees.map(({ kind }: { kind?: unknown }) => kind)).toHaveLength(2)
  })

  it('gives back any tree', async () => {
    const name = fc.string({ minLength: 1, maxLength: 60, unit: 'binary' }).filter((text) => {
      return (
        !/[/\0]/.test(text) && text !== '.' && text !== '..' && text.isWellFormed() && Buffer.byteLength(text) < 256
      )
    })
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
    const isPrefix = (paths: string[]) => paths.every((a) => paths.every((b) => a === b || !b.startsWith(`${a}/`)))
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(path, { maxLength: 25 }).filter(isPrefix), async (paths) => {
        const iso = await author(paths.map((each) => file(each, `content of ${each}`)))
        expect(await contentsOf(iso)).toEqual(new Map(paths.map((each) => [`/${each}`, `content of ${each}`])))
      }),
      { numRuns: 60 },
    )
  })

  it('is the same for the same entries in another order, and has the time of SOURCE_DATE_EPOCH', async () => {
    const entries = [file('b'), file('a/x'), file('a/y', 'later', { mtime: new Date('2030-01-01') })]
    const bytes = await bytesOf(await author(entries))
    expect(await bytesOf(await author(entries.toReversed()))).toEqual(bytes)
    const image = await openIso(await author(entries))
    expect(await image.stat('/a/y')).toMatchObject({ modifiedAt: date })
    expect(image.volume.createdAt).toEqual(date)
  })

  it('has one copy of what several entries share, and the last of entries with the same path', async () => {
    const source = memorySource('shared', new Uint8Array(100_000).fill(7))
    const once = await author([{ path: 'a', type: 'file', source }])
    const twice = await author([
      file('b', 'replaced'),
      { path: 'a', type: 'file', source },
      { path: 'b', type: 'file', source },
    ])
    expect(twice.size).toBe(once.size)
    expect((await contentsOf(twice)).get('/b')).toHaveLength(100_000)
  })

  it('reads no content before it is read itself, and nothing but that', async () => {
    const reads: [number, number][] = []
    const source: ByteSource = {
      name: 'counted',
      size: 10_000_000,
      async *read(offset, length) {
        reads.push([offset, length])
        yield new Uint8Array(length)
      },
    }
    const iso = await author([{ path: 'counted', type: 'file', source }])
    const { offset = 0 } = iso.extents.find((extent) => extent.source === source) ?? {}
    expect(reads).toEqual([])
    await readFully(iso, offset + 5_000_000, 100)
    expect(reads).toEqual([[5_000_000, 100]])
  })

  it('holds files of more than 4 GiB in several extents', async () => {
    const size = 9 * 2 ** 30 + 5
    const image = await openIso(await author([{ path: 'large', type: 'file', source: zeroSource(size) }, file('next')]))
    const entry = await image.stat('/large')
    expect(entry.size).toBe(size)
    expect(entry.extents).toHaveLength(3)
    expect((await image.open('/large')).size).toBe(size)
    expect(Buffer.from(await bytesOf(await image.open('/next'))).toString()).toBe('next')
  })

  it('holds deep directories and long links', async () => {
    const path = Array.from({ length: 40 }, (_, index) => `level ${index}`).join('/')
    const target = `/${'directory/'.repeat(300)}end`
    const iso = await author([file(`${path}/file`), { path: 'link', type: 'symlink', target }])
    const contents = await contentsOf(iso)
    expect(contents.get(`/${path}/file`)).toBe(`${path}/file`)
    expect(contents.get('/link')).toBe(`-> ${target}`)
  })

  it.each<[string, AuthorEntry[], Partial<AuthorIsoOptions>, string]>([
    ['a file where a directory is needed', [file('a'), file('a/b')], {}, 'argument/invalid'],
    ['a file in place of a directory', [file('a/b'), file('a')], {}, 'argument/invalid'],
    ['a directory in place of a file', [file('a'), { path: 'a', type: 'directory' }], {}, 'argument/invalid'],
    ['a file in place of the root', [file('/')], {}, 'argument/invalid'],
    ['a way out', [file('a/../b')], {}, 'argument/invalid'],
    ['a name of 256 bytes', [file('ä'.repeat(128))], {}, 'argument/invalid'],
    ['a mode that is none', [file('a', 'a', { mode: 0o100644 })], {}, 'argument/invalid'],
    ['a link to nowhere', [{ path: 'a', type: 'symlink', target: '' }], {}, 'argument/invalid'],
    ['a label of 33 characters', [], { volumeLabel: 'x'.repeat(33) }, 'argument/invalid'],
    ['no label', [], { volumeLabel: '' }, 'argument/invalid'],
    ['a publisher that is not ASCII', [], { publisher: 'Jürgen' }, 'argument/invalid'],
    ['a boot image that is not there', [], { bios: { path: '/boot/eltorito.img' } }, 'iso/not-found'],
    ['an empty boot image', [file('boot', '')], { bios: { path: 'boot' } }, 'argument/invalid'],
    ['half a sector as EFI system partition', [], { uefi: { image: zeroSource(1024) } }, 'argument/invalid'],
    ['more than 8 TiB', [{ path: 'a', type: 'file', source: zeroSource(2 ** 43) }], {}, 'iso/unsupported'],
  ])('is refused for %s', async (_, entries, options, code) => {
    await expect(author(entries, options)).rejects.toMatchObject({ code })
  })

  it('is not made when the caller has cancelled', async () => {
    await expect(author([file('a')], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' })
  })

  it('says how it goes on', async () => {
    const phases: string[] = []
    await author([file('a'), file('b')], { onProgress: ({ phase, done }) => phases.push(`${phase} ${done ?? ''}`) })
    expect(phases).toEqual(['collect 1', 'collect 2', 'layout '])
  })
})

describe('an authored image that starts', () => {
  const eltorito = new Uint8Array(30_000).fill(3)
  const partition = fatImage({ entries: [{ path: 'EFI/BOOT/BOOTX64.EFI', type: 'file' }], date, label: 'EFI_LIVE' })
  const bootable = (entries: AuthorEntry[] = []) =>
    author([file('/boot/eltorito.img', eltorito), file('kernel', new Uint8Array(3_000_000)), ...entries], {
      bios: { path: '/boot/eltorito.img', hybridMbr: new Uint8Array(512).fill(0x90) },
      uefi: { image: partition, path: '/boot/uefi.img' },
    })

  it('has a BIOS and a UEFI entry in its boot catalog', async () => {
    const image = await openIso(await bootable())
    const kernelImage = await image.stat('/boot/eltorito.img')
    const { initial, sections, validation } = image.volume.bootCatalog?.catalog ?? {}
    expect(validation?.platform).toBe(0)
    expect(initial).toMatchObject({ bootable: true, emulation: 0, sectorCount: 4 })
    expect((initial?.loadSector ?? 0) * 2048).toBe(kernelImage.extents[0]?.offset)
    expect(sections?.[0]).toMatchObject({ platform: 0xef, entries: [{ sectorCount: partition.size / 512 }] })
    expect(Buffer.from(await bytesOf(await image.open('/boot/uefi.img')))).toEqual(
      Buffer.from(await bytesOf(partition)),
    )
  })

  it('has the EFI system partition at a megabyte, and behind it a partition up to the end', async () => {
    const iso = await bootable()
    const gpt = await verifyGpt(iso)
    const [efi, rest] = gpt.partitions
    expect(efi).toMatchObject({ type: PartitionType.efiSystem, firstSector: 2048 })
    expect((efi?.lastSector ?? 0) - 2048 + 1).toBe(partition.size / 512)
    expect(rest).toMatchObject({ type: PartitionType.basicData, firstSector: (efi?.lastSector ?? 0) + 1 })
    expect(iso.size - ((rest?.lastSector ?? 0) + 1) * 512).toBeLessThan(64 * 1024)
    expect(gpt.diskSectors * 512).toBe(iso.size)
    const { partitions } = decodeMbr(await readFully(iso, 0, 512))
    expect(partitions.map((each) => each?.type)).toEqual([0xee, 0, undefined, undefined])
  })

  it('has other GUIDs when its files differ, and the same when they do not', async () => {
    const guids = async (entries: AuthorEntry[]) => {
      const gpt = await verifyGpt(await bootable(entries))
      return [gpt.diskGuid, ...gpt.partitions.map((each) => each?.guid)]
    }
    expect(await guids([])).toEqual(await guids([]))
    const other = await guids([file('more')])
    for (const guid of await guids([])) expect(other).not.toContain(guid)
  })

  it('has no partition table when it starts from CD only', async () => {
    const iso = await author([file('boot.img', eltorito)], { bios: { path: 'boot.img' } })
    expect((await readFully(iso, 0, 512)).every((byte) => byte === 0)).toBe(true)
  })

  it('leaves the size of a large EFI image to its file system', async () => {
    const image = fatImage({ entries: [], date, size: 64 * 1024 * 1024 })
    const { volume } = await openIso(await author([], { uefi: { image } }))
    expect(volume.bootCatalog?.catalog.validation.platform).toBe(0xef)
    expect(volume.bootCatalog?.catalog.initial.sectorCount).toBe(0)
  })
})

describe('entries of a directory', () => {
  it.skipIf(process.platform === 'win32')(
    'have names, modes and dates as on the disk, belong to root, and keep links as links',
    async () => {
      const directory = await mkdtemp(join(tmpdir(), 'kairos-author-test-'))
      try {
        const mtime = new Date('2021-01-01T00:00:00Z')
        await mkdir(join(directory, 'sub'))
        await writeFile(join(directory, 'sub/file'), 'content', { mode: 0o640 })
        await utimes(join(directory, 'sub/file'), mtime, mtime)
        await symlink('sub/file', join(directory, 'link'))
        const iso = await author(directoryEntries(directory, { at: '/overlay' }))
        const image = await openIso(iso)
        expect(await contentsOf(iso)).toEqual(
          new Map([
            ['/overlay/link', '-> sub/file'],
            ['/overlay/sub/file', 'content'],
          ]),
        )
        expect(await image.stat('/overlay/sub/file')).toMatchObject({ mode: 0o100640, user: 0, modifiedAt: mtime })
      } finally {
        await rm(directory, { recursive: true })
      }
    },
  )

  // File systems of macOS and Windows take no such names.
  it.runIf(process.platform === 'linux')('keeps names that are not UTF-8 as they are, and apart', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'kairos-author-'))
    try {
      for (const last of [0xe9, 0xfe, 0xff]) {
        await writeFile(Buffer.concat([Buffer.from(`${directory}/caf`), Buffer.of(last)]), `${last}`)
      }
      await symlink(Buffer.from([0x78, 0xe9]), join(directory, 'link'))
      const image = await author(directoryEntries(directory))
      // A reader shows them as Latin-1.
      expect([...(await contentsOf(image))]).toEqual([
        ['/café', '233'],
        ['/cafþ', '254'],
        ['/cafÿ', '255'],
        ['/link', '-> xé'],
      ])
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  it('are an error when the directory is not there', async () => {
    await expect(author(directoryEntries('/nowhere/at/all'))).rejects.toMatchObject({ code: 'input/not-found' })
  })
})
