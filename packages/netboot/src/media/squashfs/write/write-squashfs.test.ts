import { KairosError } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import { readFully } from '../../../bytes/byte-source.js'
import { memorySource } from '../../../bytes/memory-source.js'
import type { DataRegion, FileSystemEntry } from '../../../file-system/entry.js'
import { memorySink, openSquashfs, type SquashfsProgress, type SquashfsSink, writeSquashfs } from '../index.js'

const date = new Date('2024-05-06T07:08:09Z')
const noise = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7919) >> 3)

const file = (path: string, content: Uint8Array | string): FileSystemEntry => {
  return { type: 'file', path, source: memorySource(path, content) }
}

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const streamed = (size: number, content: Uint8Array, regions?: readonly DataRegion[]): FileSystemEntry => {
  return { type: 'file', path: '/f', source: { size, chunks: chunksOf(content, 1000), regions } }
}

async function sizeOf(entries: readonly FileSystemEntry[], deduplicate = true): Promise<number> {
  const options = { date, deduplicate, compression: 'none', blockSize: 4096 } as const
  return (await writeSquashfs(entries, memorySink(), options)).size
}

describe('content', () => {
  it('of equal files is stored once, be they large, small, or equal in their end only', async () => {
    const other = Uint8Array.from(noise)
    other[0] = 255
    const one = await sizeOf([file('/a', noise)])
    expect(await sizeOf([file('/a', noise), file('/b', noise)])).toBe(one)
    expect(await sizeOf([file('/a', noise), file('/b', noise)], false)).toBeGreaterThan(one + 290_000)
    expect(await sizeOf([file('/a', noise), file('/b', noise), file('/c', other)])).toBeGreaterThan(one + 290_000)
    const small = Array.from({ length: 50 }, (_, index) => file(`/${index}`, noise.subarray(0, 4000)))
    expect(await sizeOf(small)).toBeLessThan(16_384)
  })

  it('that follows a duplicate is where the duplicate would have been', async () => {
    const sink = memorySink()
    const last = noise.toReversed()
    const entries = [file('/a', noise), file('/b', noise), file('/c', last), file('/d', noise), file('/e', 'end')]
    const { savedBytes } = await writeSquashfs(entries, sink, { date, blockSize: 4096, compression: 'none' })
    expect(savedBytes).toBeGreaterThanOrEqual(2 * 73 * 4096)
    const image = await openSquashfs(memorySource('image', sink.bytes))
    for (const [path, content] of [
      ['/b', noise],
      ['/c', last],
      ['/d', noise],
    ] as const) {
      const opened = await image.open(path)
      expect(Buffer.from(await readFully(opened, 0, opened.size)).equals(content)).toBe(true)
    }
  })

  it('with holes is zeros between its regions', async () => {
    const regions = [
      { offset: 5000, length: 2000 },
      { offset: 7000, length: 0 },
      { offset: 20_000, length: 1500 },
    ]
    const sink = memorySink()
    await writeSquashfs([streamed(50_000, noise.subarray(1, 3501), regions)], sink, { date, blockSize: 4096 })
    const expected = Buffer.alloc(50_000)
    expected.set(noise.subarray(1, 2001), 5000)
    expected.set(noise.subarray(2001, 3501), 20_000)
    const opened = await (await openSquashfs(memorySource('image', sink.bytes))).open('/f')
    expect(Buffer.from(await readFully(opened, 0, 50_000)).equals(expected)).toBe(true)
  })

  it('of terabytes of nothing takes no time', async () => {
    const size = 2 ** 42
    const sink = memorySink()
    await writeSquashfs([streamed(size, new Uint8Array(5), [{ offset: size - 5, length: 5 }])], sink, { date })
    const opened = await (await openSquashfs(memorySource('image', sink.bytes))).open('/f')
    expect(opened.size).toBe(size)
    expect(await readFully(opened, 2 ** 41, 10)).toEqual(new Uint8Array(10))
  })

  it.each<[string, FileSystemEntry]>([
    ['shorter than announced', streamed(3000, noise.subarray(0, 2999))],
    ['longer than announced', streamed(3000, noise.subarray(0, 3001))],
    [
      'in regions that overlap',
      streamed(3000, noise, [
        { offset: 10, length: 10 },
        { offset: 19, length: 5 },
      ]),
    ],
    ['in regions behind the end', streamed(3000, noise, [{ offset: 2990, length: 11 }])],
    ['of a size that is no number', streamed(Number.NaN, noise)],
    ['of more blocks than can be counted', streamed(2 ** 52, noise, [])],
  ])('%s is refused', async (_, entry) => {
    await expect(writeSquashfs([entry], memorySink(), { date })).rejects.toMatchObject({
      code: 'squashfs/invalid-entry',
    })
  })
})

describe('writing', () => {
  it('keeps few blocks under way, so that a slow disk slows the source', async () => {
    let read = 0
    let written = 0
    let ahead = 0
    async function* chunks() {
      for (let index = 0; index < 100; index++) {
        read += 4096
        ahead = Math.max(ahead, read - written)
        yield noise.subarray(index, index + 4096)
      }
    }
    const sink: SquashfsSink = {
      async write(bytes) {
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
        written += bytes.length
      },
      async truncate() {},
    }
    const source = { size: 409_600, chunks: chunks() }
    const options = { date, blockSize: 4096, concurrency: 2, compression: 'none', deduplicate: false } as const
    await writeSquashfs([{ type: 'file', path: '/f', source }], sink, options)
    expect(read).toBe(409_600)
    expect(ahead).toBeLessThanOrEqual(7 * 4096)
  })

  it('stops at a full disk, tells so, and writes nothing after', async () => {
    let closed = false
    const sink: SquashfsSink = {
      async write() {
        if (closed) throw new Error('written after the end')
        throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
      },
      async truncate() {},
    }
    const writing = writeSquashfs([file('/a', noise), file('/b', noise.toReversed())], sink, { date, blockSize: 4096 })
    await expect(writing).rejects.toMatchObject({ code: 'output/no-space' })
    closed = true
  })

  it('passes on what entries throw, and ends them when it fails itself', async () => {
    async function* broken(): AsyncGenerator<FileSystemEntry> {
      yield file('/a', noise)
      throw new KairosError('input/unreachable', 'gone')
    }
    await expect(writeSquashfs(broken(), memorySink(), { date })).rejects.toMatchObject({ code: 'input/unreachable' })
    let ended = false
    async function* endless(): AsyncGenerator<FileSystemEntry> {
      try {
        for (;;) yield file('/same', 'x')
      } finally {
        ended = true
      }
    }
    await expect(writeSquashfs(endless(), memorySink(), { date })).rejects.toMatchObject({
      code: 'squashfs/invalid-entry',
    })
    expect(ended).toBe(true)
  })

  it('can be cancelled inside of a file', async () => {
    const controller = new AbortController()
    async function* chunks() {
      for (;;) {
        yield new Uint8Array(4096)
        controller.abort()
      }
    }
    const source = { size: 2 ** 40, chunks: chunks() }
    const options = { date, signal: controller.signal }
    const writing = writeSquashfs([{ type: 'file', path: '/f', source }], memorySink(), options)
    await expect(writing).rejects.toMatchObject({ code: 'aborted' })
  })

  it('reports how much content it has read', async () => {
    const seen: SquashfsProgress[] = []
    const content = new Uint8Array(9_000_000)
    await writeSquashfs([file('/f', content)], memorySink(), { date, onProgress: (event) => seen.push(event) })
    expect(seen.map(({ phase }) => phase)).toEqual(['content', 'content', 'tables'])
    expect(seen.at(-1)?.done).toBe(9_000_000)
  })

  it('dates the image as SOURCE_DATE_EPOCH says', async () => {
    const before = process.env.SOURCE_DATE_EPOCH
    process.env.SOURCE_DATE_EPOCH = '1700000000'
    try {
      const sink = memorySink()
      await writeSquashfs([], sink)
      const image = await openSquashfs(memorySource('image', sink.bytes))
      expect(image.superblock.modifiedAt).toBe(1_700_000_000)
      expect((await image.stat('/')).mtime).toEqual(new Date(1_700_000_000_000))
    } finally {
      if (before === undefined) delete process.env.SOURCE_DATE_EPOCH
      else process.env.SOURCE_DATE_EPOCH = before
    }
  })

  it.each([{ blockSize: 5000 }, { blockSize: 2048 }, { blockSize: 2 ** 21 }, { concurrency: 0 }, { level: 30 }])(
    'refuses %j',
    async (options) => {
      await expect(writeSquashfs([], memorySink(), options)).rejects.toMatchObject({ code: 'argument/invalid' })
    },
  )

  it('refuses more owners than an image can have', async () => {
    function* owned(): Generator<FileSystemEntry> {
      for (let uid = 1; uid <= 65_536; uid++) yield { type: 'fifo', path: `/${uid}`, uid }
    }
    await expect(writeSquashfs(owned(), memorySink(), { date })).rejects.toMatchObject({ code: 'squashfs/unsupported' })
  })
})
