import { KairosError } from '@kairos-sdk/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFully } from '../../bytes/byte-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import type { FileSystemEntry } from '../../file-system/entry.js'
import { type CompressionName, memorySink, openSquashfs, writeSquashfs } from './index.js'

const date = new Date('2024-05-06T07:08:09Z')
const noise = Uint8Array.from({ length: 30_000 }, (_, index) => (index * 7919) >> 3)

const entries: FileSystemEntry[] = [
  { type: 'file', path: '/boot/vmlinuz', source: memorySource('kernel', noise) },
  { type: 'file', path: '/etc/hostname', source: memorySource('text', 'kairos\n') },
  {
    type: 'file',
    path: '/sparse',
    source: { size: 10_000_000, chunks: one(noise), regions: [{ offset: 500_000, length: 30_000 }] },
  },
  { type: 'symlink', path: '/vmlinuz', target: 'boot/vmlinuz' },
  { type: 'hardlink', path: '/etc/name', target: '/etc/hostname' },
  { type: 'character-device', path: '/dev/null', major: 1, minor: 3, mode: 0o666 },
  { type: 'fifo', path: '/run/fifo', xattrs: new Map([['user.a', noise.subarray(0, 9000)]]) },
  ...Array.from(
    { length: 300 },
    (_, index): FileSystemEntry => ({ type: 'directory', path: `/many/number ${index}`, uid: index }),
  ),
]

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function imageOf(compression: CompressionName): Promise<Uint8Array> {
  const sink = memorySink()
  const source = { size: 10_000_000, chunks: one(noise), regions: [{ offset: 500_000, length: 30_000 }] }
  const fresh = entries.map((entry) => (entry.path === '/sparse' ? { ...entry, source } : entry)) as FileSystemEntry[]
  await writeSquashfs(fresh, sink, { compression, blockSize: 4096, date })
  return sink.bytes
}

/** Reads all there is, but not all that is claimed: a hole may be of any length. */
async function readAll(bytes: Uint8Array): Promise<number> {
  const image = await openSquashfs(memorySource('image', bytes))
  let seen = 0
  for await (const entry of image.walk()) {
    if (++seen > 10_000) return seen
    await image.xattrs(entry)
    if (entry.type !== 'file') continue
    const file = await image.open(entry)
    const length = Math.min(file.size, 40_000)
    await readFully(file, 0, length)
    await readFully(file, file.size - length, length)
  }
  return seen
}

const EXPECTED = /^(squashfs\/(damaged|unsupported|not-an-image)|input\/is-a-directory)$/

async function expectSound(bytes: Uint8Array): Promise<void> {
  try {
    await readAll(bytes)
  } catch (error) {
    if (!KairosError.is(error)) throw error
    expect(error.code).toMatch(EXPECTED)
  }
}

describe('a damaged or hostile image', () => {
  it.each(['none', 'gzip', 'zstd'] as const)(
    'never gives more than an error: bytes changed (%s)',
    async (compression) => {
      const image = await imageOf(compression)
      const change = fc.tuple(
        // Most of an image is content; what matters is at its start and end.
        fc.oneof(fc.nat(95), fc.integer({ min: image.length - 6000, max: image.length - 1 }), fc.nat(image.length - 1)),
        fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
          const changed = Uint8Array.from(image)
          for (const [at, value] of changes) changed[at] = value
          await expectSound(changed)
        }),
        { numRuns: 400 },
      )
    },
  )

  it('is damaged when it is cut off anywhere', async () => {
    const image = await imageOf('zstd')
    const used = Number(Buffer.from(image).readBigUInt64LE(40))
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 4, max: used - 1 }), async (length) => {
        await expect(openSquashfs(memorySource('image', image.subarray(0, length)))).rejects.toMatchObject({
          code: 'squashfs/damaged',
        })
      }),
    )
  })

  it('is no image without the magic', async () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(3), new Uint8Array(4096)]) {
      await expect(openSquashfs(memorySource('image', bytes))).rejects.toMatchObject({ code: 'squashfs/not-an-image' })
    }
  })

  it.each([
    [2, 'lzma'],
    [3, 'lzo'],
    [4, 'xz'],
    [77, 'number 77'],
  ])('says which compression is not supported: %i', async (number, name) => {
    const image = await imageOf('gzip')
    Buffer.from(image.buffer, image.byteOffset).writeUInt16LE(number, 20)
    const opening = openSquashfs(memorySource('root.squashfs', image))
    await expect(opening).rejects.toMatchObject({
      code: 'squashfs/unsupported',
      message: `root.squashfs: an image compressed with zstd, gzip or lz4 expected, ${name} found.`,
    })
  })

  it('of directories that contain themselves is damaged, not endless', async () => {
    const sink = memorySink()
    await writeSquashfs([{ type: 'directory', path: '/a/b' }], sink, { compression: 'none', date })
    const image = Buffer.from(sink.bytes)
    // The listing of /a: header, then the offset of the inode of /a/b, which becomes that of /a itself.
    const listing = image.indexOf('b', Number(image.readBigUInt64LE(72))) - 8
    const root = image.indexOf('a', listing) - 8
    image.copy(image, listing, root, root + 2)
    const walking = readAll(image)
    await expect(walking).rejects.toMatchObject({ code: 'squashfs/damaged' })
    await expect(walking).rejects.toThrow('a directory of its own expected')
  })

  it('cannot have names that lead elsewhere', async () => {
    for (const name of ['/x', '..', 'a\0']) {
      const sink = memorySink()
      await writeSquashfs([{ type: 'directory', path: '/QQ' }], sink, { compression: 'none', date })
      const image = Buffer.from(sink.bytes)
      image.write(name, image.indexOf('QQ', Number(image.readBigUInt64LE(72))))
      await expect(readAll(image)).rejects.toMatchObject({ code: 'squashfs/damaged' })
    }
  })

  it('cannot make one listing that of thousands of directories', async () => {
    const sink = memorySink()
    const many = Array.from({ length: 300 }, (_, index): FileSystemEntry => ({ type: 'fifo', path: `/z/${index}` }))
    const empty = Array.from(
      { length: 100 },
      (_, index): FileSystemEntry => ({ type: 'directory', path: `/d${index}` }),
    )
    await writeSquashfs([...many, ...empty], sink, { compression: 'none', date })
    const image = Buffer.from(sink.bytes)
    // Behind 300 inodes of pipes (20 bytes) come those of the directories (32 bytes), /z last: all in metadata blocks.
    const inodes = Number(image.readBigUInt64LE(64))
    const inode = (index: number) => {
      const at = 300 * 20 + index * 32
      return inodes + at + 2 * (Math.floor(at / 8192) + 1)
    }
    for (let index = 0; index < 60; index++) image.copy(image, inode(index) + 16, inode(100) + 16, inode(100) + 28)
    const reading = readAll(image)
    await expect(reading).rejects.toMatchObject({ code: 'squashfs/damaged' })
    await expect(reading).rejects.toThrow('a directory with its own listing expected')
  })
})
