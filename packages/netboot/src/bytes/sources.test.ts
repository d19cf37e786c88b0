import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ByteSource, readFully } from './byte-source.js'
import { cachedSource } from './cached-source.js'
import { concatSource } from './concat-source.js'
import { hashSource } from './hash-source.js'
import { memorySource } from './memory-source.js'
import { overlaySource } from './overlay-source.js'
import { sliceSource } from './slice-source.js'
import { zeroSource } from './zero-source.js'

const bytesOf = (size: number) => Uint8Array.from({ length: size }, (_, at) => at & 0xff)
const textOf = async (source: ByteSource) => Buffer.from(await readFully(source, 0, source.size)).toString()

/** A source that counts the bytes that were asked of it. */
function counting(source: ByteSource) {
  const asked: [number, number][] = []
  return {
    asked,
    source: {
      ...source,
      read: (offset: number, length: number) => {
        asked.push([offset, length])
        return source.read(offset, length)
      },
    },
  }
}

const compositions: [string, (bytes: Uint8Array) => ByteSource][] = [
  ['memory', (bytes) => memorySource('x', bytes)],
  [
    'a range',
    (bytes) => sliceSource(memorySource('x', Buffer.concat([bytesOf(7), bytes, bytesOf(9)])), 7, bytes.length),
  ],
  [
    'a concatenation',
    (bytes) =>
      concatSource('x', [
        memorySource('a', bytes.subarray(0, 3)),
        memorySource('b', ''),
        memorySource('c', bytes.subarray(3, 40)),
        memorySource('d', bytes.subarray(40)),
      ]),
  ],
  [
    'an overlay',
    (bytes) => {
      const base = Uint8Array.from(bytes).fill(0xee, 10, 20).fill(0xee, 30, 31)
      return overlaySource('x', memorySource('base', base.subarray(0, 90)), [
        { offset: 90, source: memorySource('end', bytes.subarray(90)) },
        { offset: 30, source: memorySource('two', bytes.subarray(30, 31)) },
        { offset: 10, source: memorySource('one', bytes.subarray(10, 20)) },
      ])
    },
  ],
  ['a cache', (bytes) => cachedSource(memorySource('x', bytes), { blockBytes: 8, blocks: 3 })],
]

describe.each(compositions)('%s as a byte source', (_, make) => {
  const bytes = bytesOf(150)

  it('gives every range exactly', async () => {
    const source = make(bytes)
    expect(source.size).toBe(bytes.length)
    const range = fc.tuple(fc.nat(150), fc.nat(150)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
    await fc.assert(
      fc.asyncProperty(range, async ([from, to]) => {
        expect(Buffer.from(await readFully(source, from, to - from))).toEqual(Buffer.from(bytes.subarray(from, to)))
      }),
    )
  })

  it('refuses a range that is not inside', () => {
    const source = make(bytes)
    for (const [offset, length] of [
      [0, 151],
      [150, 1],
      [-1, 1],
      [0, -1],
      [0.5, 1],
      [Number.NaN, 1],
    ] as const) {
      expect(() => source.read(offset, length)).toThrow(expect.objectContaining({ code: 'argument/invalid' }))
    }
  })

  it('stops when it is cancelled', async () => {
    const signal = AbortSignal.abort()
    await expect(readFully(make(bytes), 0, 10, { signal })).rejects.toMatchObject({ code: 'aborted' })
    const reading = make(bytes).read(0, 150, { signal })[Symbol.asyncIterator]()
    await expect(reading.next()).rejects.toMatchObject({ code: 'aborted' })
  })
})

describe('readFully', () => {
  it('does not believe a source that gives another number of bytes', async () => {
    const short = { ...memorySource('x', bytesOf(10)), read: () => memorySource('x', bytesOf(5)).read(0, 5) }
    await expect(readFully(short, 0, 10)).rejects.toMatchObject({ code: 'input/unreadable' })
    await expect(readFully(short, 0, 3)).rejects.toMatchObject({ code: 'input/unreadable' })
  })
})

describe('overlaySource', () => {
  const base = memorySource('base', 'abcdef')

  it('grows, with zeros in a gap, and shrinks', async () => {
    const appended = [{ offset: 8, source: memorySource('x', 'XY') }]
    expect(await textOf(overlaySource('x', base, appended))).toBe('abcdef\0\0XY')
    expect(await textOf(overlaySource('x', base, appended, 12))).toBe('abcdef\0\0XY\0\0')
    expect(await textOf(overlaySource('x', base, [], 4))).toBe('abcd')
  })

  it('refuses extents that overlap', () => {
    const extents = [0, 1].map((offset) => ({ offset, source: memorySource('x', 'XY') }))
    expect(() => overlaySource('x', base, extents)).toThrow('extents overlap at offset 1')
  })

  it('reads nothing of the base that is replaced', async () => {
    const { source, asked } = counting(base)
    await textOf(overlaySource('x', source, [{ offset: 1, source: memorySource('x', 'XXXX') }]))
    expect(asked).toEqual([
      [0, 1],
      [5, 1],
    ])
  })
})

describe('cachedSource', () => {
  it('reads a block once, and forgets those used longest ago', async () => {
    const { source, asked } = counting(memorySource('x', bytesOf(100)))
    const cached = cachedSource(source, { blockBytes: 10, blocks: 2 })
    for (const offset of [0, 5, 10, 0, 20, 0, 10]) await readFully(cached, offset, 3)
    expect(asked.map(([offset]) => offset)).toEqual([0, 10, 20, 10])
  })

  it('tries again after an error', async () => {
    let broken = true
    const bytes = memorySource('x', bytesOf(10))
    const cached = cachedSource({
      ...bytes,
      read: (offset, length) => {
        if (broken) throw new Error('broken')
        return bytes.read(offset, length)
      },
    })
    await expect(readFully(cached, 0, 1)).rejects.toThrow('broken')
    broken = false
    expect(await readFully(cached, 1, 1)).toEqual(Uint8Array.of(1))
  })
})

describe('zeroSource', () => {
  it('is zeros of any size', async () => {
    const zeros = await readFully(zeroSource(600_000), 1, 599_999)
    expect(zeros.every((byte) => byte === 0)).toBe(true)
  })
})

describe('hashSource', () => {
  it('is the digest of all bytes', async () => {
    expect(await hashSource(memorySource('x', 'abc'), 'sha256')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
  })
})
