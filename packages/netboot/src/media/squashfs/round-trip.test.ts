import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ByteSource, readFully } from '../../bytes/byte-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import type { FileSystemEntry } from '../../file-system/entry.js'
import { decodeName, encodeName } from '../../file-system/name.js'
import { memorySink, openSquashfs, type SquashfsOptions, writeSquashfs } from './index.js'

const date = new Date('2024-05-06T07:08:09Z')

/** Everything about an entry that must survive, in a form that can be compared. */
type Described = Record<string, unknown>

async function describeEntries(entries: AsyncIterable<FileSystemEntry>): Promise<Map<string, Described>> {
  const described = new Map<string, Described>()
  for await (const entry of entries) {
    const { path } = entry
    if (entry.type === 'hardlink') described.set(path, described.get(entry.target) ?? {})
    else if (entry.type === 'file') {
      const { source, ...rest } = entry
      const content = await readFully(source as ByteSource, 0, source.size)
      described.set(path, { ...rest, path: undefined, content: Buffer.from(content).toString('base64') })
    } else described.set(path, { ...entry, path: undefined })
  }
  for (const one of described.values()) if (one.xattrs instanceof Map) one.xattrs = plain(one.xattrs)
  return described
}

function plain(xattrs: ReadonlyMap<string, Uint8Array>): [string, string][] {
  return [...xattrs].map(([name, value]): [string, string] => [name, Buffer.from(value).toString('hex')]).sort()
}

function content(size: number, kind: 'zeros' | 'text' | 'noise' | 'holes', seed: number): Uint8Array {
  const bytes = new Uint8Array(size)
  if (kind === 'zeros') return bytes
  let state = seed + 1
  for (let index = 0; index < size; index++) {
    state = (state * 1103515245 + 12345) & 0x7fffffff
    const inHole = kind === 'holes' && (index >> 12) % 3 !== seed % 3
    if (!inHole) bytes[index] = kind === 'text' ? 97 + (seed % 7) : state >> 16
  }
  return bytes
}

const name = fc.oneof(
  fc.stringMatching(/^[a-z]{1,3}$/),
  fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
  fc.uint8Array({ minLength: 1, maxLength: 255 }).map(decodeName),
)
const fileName = name.filter((one) => {
  const bytes = encodeName(one)
  return bytes.length <= 255 && !/[/\0]/.test(one) && one !== '.' && one !== '..'
})
const xattrs = fc.dictionary(
  fc
    .tuple(fc.constantFrom('user.', 'trusted.', 'security.'), fc.stringMatching(/^[a-z]{1,5}$/))
    .map((two) => two.join('')),
  fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc.constantFrom(40, 300, 9000).map((size) => content(size, 'text', size)),
  ),
  { maxKeys: 4 },
)
const attributes = fc.record({
  mode: fc.nat(0o7777),
  uid: fc.constantFrom(0, 1000, 0xffff_fffe),
  gid: fc.constantFrom(0, 5, 65534),
  mtime: fc.nat(0xffff_ffff).map((seconds) => new Date(seconds * 1000)),
  xattrs: xattrs.map((record) => new Map(Object.entries(record))),
})
const files = fc
  .tuple(
    fc.constantFrom(0, 1, 100, 4095, 4096, 4097, 8192, 12_289, 50_000),
    fc.constantFrom('zeros' as const, 'text' as const, 'noise' as const, 'holes' as const),
    fc.nat(3),
  )
  .map(([size, kind, seed]) => ({ type: 'file' as const, source: memorySource('file', content(size, kind, seed)) }))
const leaves = fc.oneof(
  files,
  fc
    .string({ minLength: 1, maxLength: 60 })
    .filter((target) => !target.includes('\0'))
    .map((target) => ({ type: 'symlink' as const, target })),
  fc.record({
    type: fc.constantFrom('character-device' as const, 'block-device' as const),
    major: fc.nat(4095),
    minor: fc.nat(0xfffff),
  }),
  fc.record({ type: fc.constantFrom('fifo' as const, 'socket' as const) }),
)

const tree = fc
  .array(fc.tuple(fc.array(fileName, { minLength: 1, maxLength: 4 }), attributes, leaves, fc.boolean()), {
    maxLength: 25,
  })
  .map((listed) => {
    const entries = new Map<string, FileSystemEntry>()
    const directories = new Map<string, FileSystemEntry>()
    for (const [parts, given, leaf, linked] of listed) {
      const parents = parts.slice(0, -1).map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)
      const path = `/${parts.join('/')}`
      if (entries.has(path) || directories.has(path) || parents.some((parent) => entries.has(parent))) continue
      for (const parent of parents) directories.set(parent, { type: 'directory', ...given, path: parent })
      entries.set(path, { ...given, ...leaf, path })
      const link = `${path.slice(0, path.lastIndexOf('/'))}/hard link ${entries.size}`
      if (linked && !entries.has(link)) entries.set(link, { type: 'hardlink', path: link, target: path })
    }
    return [...directories.values(), ...entries.values()]
  })

const options: fc.Arbitrary<SquashfsOptions> = fc.record({
  compression: fc.constantFrom('zstd' as const, 'gzip' as const, 'none' as const),
  blockSize: fc.constantFrom(4096, 8192, 131072),
  concurrency: fc.integer({ min: 1, max: 4 }),
  deduplicate: fc.boolean(),
  packTails: fc.boolean(),
  exportable: fc.boolean(),
  date: fc.constant(date),
})

async function write(entries: readonly FileSystemEntry[], chosen: SquashfsOptions) {
  const sink = memorySink()
  const summary = await writeSquashfs(entries, sink, chosen)
  return { summary, bytes: sink.bytes, image: await openSquashfs(memorySource('image', sink.bytes)) }
}

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values
}

describe('what was written', () => {
  it('is read again with all attributes, links and contents, whatever the order of the entries', async () => {
    const shuffled = tree.chain((entries) =>
      fc.tuple(fc.constant(entries), fc.shuffledSubarray(entries, { minLength: entries.length })),
    )
    await fc.assert(
      fc.asyncProperty(shuffled, options, async ([entries, order], chosen) => {
        const { image, summary } = await write(order, chosen)
        const found = await describeEntries(image.entries())
        found.delete('/')
        const expected = await describeEntries(each(entries))
        expect(found).toEqual(expected)
        const hardLinks = entries.filter(({ type }) => type === 'hardlink').length
        expect(summary.inodes).toBe(entries.length - hardLinks + 1)
      }),
      { numRuns: 150 },
    )
  })

  it('is the same again for the same entries, however many threads compress it', async () => {
    await fc.assert(
      fc.asyncProperty(tree, options, async (entries, chosen) => {
        const one = await write(entries, chosen)
        const two = await write(entries, { ...chosen, concurrency: 7 })
        expect(Buffer.from(one.bytes).equals(two.bytes)).toBe(true)
      }),
      { numRuns: 25 },
    )
  })

  it('can be read from any place to any place', async () => {
    const bytes = content(50_000, 'holes', 1)
    const { image } = await write([{ type: 'file', path: 'f', source: memorySource('f', bytes) }], {
      blockSize: 4096,
      date,
    })
    const file = await image.open('/f')
    await fc.assert(
      fc.asyncProperty(fc.nat(50_000), fc.nat(50_000), async (one, two) => {
        const [from, to] = one < two ? [one, two] : [two, one]
        const found = await readFully(file, from, to - from)
        expect(Buffer.from(found).equals(bytes.subarray(from, to))).toBe(true)
      }),
    )
  })
})
