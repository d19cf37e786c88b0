import { gzipSync, zstdCompressSync } from 'node:zlib'
import { KairosError } from '@kairos-sdk/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DecompressOptions, decompress } from './decompress.js'

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function all(bytes: Uint8Array, size = 7, options: Partial<DecompressOptions> = {}): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of decompress(pieces(bytes, size), { name: 'layer', ...options })) parts.push(part)
  return Buffer.concat(parts)
}

const text = Buffer.from('Kairos '.repeat(100))
const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])
const emptySkippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0])
const compressors = {
  gzip: (bytes: Uint8Array) => gzipSync(bytes),
  zstd: (bytes: Uint8Array) => zstdCompressSync(bytes),
}

describe.each(Object.entries(compressors))('decompress: %s', (name, compress) => {
  it('gives the bytes back, in one or several parts, however the input is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 2000 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 3000 }),
        async (parts, size) => {
          const compressed = Buffer.concat(parts.map((part) => compress(part)))
          expect((await all(compressed, size)).equals(Buffer.concat(parts))).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('notices an input that is cut off anywhere', async () => {
    const compressed = Buffer.concat([compress(text), compress(text)])
    const middle = compress(text).length
    for (let length = 8; length < compressed.length; length++) {
      if (length === middle) continue
      await expect(all(compressed.subarray(0, length), 1000)).rejects.toMatchObject({ code: 'compression/damaged' })
    }
  })

  it('never gives other bytes without an error when the input is damaged', async () => {
    const compressed = name === 'zstd' ? zstdCompressSync(text, { params: { 201: 1 } }) : compress(text)
    for (let at = 10; at < compressed.length; at++) {
      const bytes = Buffer.from(compressed)
      bytes[at] = (bytes[at] ?? 0) ^ 0x55
      const result = await all(bytes).catch((error: unknown) => error)
      if (result instanceof Buffer) expect(result.equals(text)).toBe(true)
      else expect(KairosError.is(result, 'compression/damaged')).toBe(true)
    }
  })

  it.each([1, 9, 4096])('refuses what follows in pieces of %i bytes', async (size) => {
    const bytes = Buffer.concat([compress(text), Buffer.from('garbage')])
    await expect(all(bytes, size)).rejects.toMatchObject({ code: 'compression/damaged' })
  })

  it('refuses another compression than the one that is expected', async () => {
    await expect(all(compress(text), 50, { expected: 'none' })).rejects.toMatchObject({
      code: 'compression/damaged',
      message: `layer: no compression expected, ${name} found.`,
    })
    expect((await all(compress(text), 50, { expected: name as 'gzip' })).equals(text)).toBe(true)
  })

  it('passes on what its input throws', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield compress(text).subarray(0, 20)
      throw new KairosError('input/unreachable', 'gone')
    }
    const reading = async () => {
      for await (const _ of decompress(broken(), { name: 'layer' }));
    }
    await expect(reading()).rejects.toMatchObject({ code: 'input/unreachable' })
  })

  it('lets go of its input when its reader leaves, and reads no more than some chunks ahead', async () => {
    const compressed = compress(Buffer.alloc(64 * 1024 * 1024))
    const whole = Buffer.concat(Array.from({ length: 20 }, () => compressed))
    let given = 0
    let released = false
    async function* counted() {
      try {
        for await (const chunk of pieces(whole, 100)) {
          given += chunk.length
          yield chunk
        }
      } finally {
        released = true
      }
    }
    for await (const chunk of decompress(counted(), { name: 'layer' })) if (chunk.length > 0) break
    expect(released).toBe(true)
    expect(given).toBeLessThan(compressed.length + 2000)
  })

  it('stops when it is cancelled', async () => {
    const controller = new AbortController()
    const bytes = compress(Buffer.alloc(8 * 1024 * 1024))
    const reading = async () => {
      const options = { name: 'layer', signal: controller.signal }
      for await (const _ of decompress(pieces(bytes, 10), options)) controller.abort()
    }
    await expect(reading()).rejects.toMatchObject({ code: 'aborted' })
  })
})

describe('decompress', () => {
  it('passes on what is not compressed, without copying it', async () => {
    const chunk = Buffer.from('plain bytes')
    async function* one() {
      yield chunk
    }
    for await (const same of decompress(one(), { name: 'layer' })) expect(same).toBe(chunk)
    expect((await all(Buffer.from('abc'), 1)).toString()).toBe('abc')
    expect(await all(new Uint8Array(0))).toHaveLength(0)
  })

  it('takes zeros behind gzip data as padding', async () => {
    const bytes = Buffer.concat([gzipSync(text), Buffer.alloc(1000)])
    for (const size of [1, 33, 5000]) expect((await all(bytes, size)).equals(text)).toBe(true)
    await expect(all(Buffer.concat([bytes, Buffer.from('x')]), 40)).rejects.toMatchObject({
      code: 'compression/damaged',
    })
  })

  it('skips the frames of zstd that hold no data', async () => {
    const frame = zstdCompressSync(text)
    const bytes = Buffer.concat([skippable, frame, emptySkippable, frame, skippable])
    for (const size of [1, 10, 5000]) expect((await all(bytes, size)).equals(Buffer.concat([text, text]))).toBe(true)
  })

  it('reads zstd frames of one segment, with checksum, of repeated bytes and of no bytes', async () => {
    const rle = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, 5, 0x2b, 0, 0, 0x41])
    const empty = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 0x01, 0, 0])
    const checksum = zstdCompressSync(text, { params: { 201: 1 } })
    const bytes = Buffer.concat([rle, empty, checksum, rle])
    for (const size of [1, 5, 5000]) expect((await all(bytes, size)).toString()).toBe(`AAAAA${text}AAAAA`)
  })

  it.each([
    ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
    ['bzip2', [0x42, 0x5a, 0x68, 0x39, 0, 0]],
  ])('says by name that %s is not supported', async (name, magic) => {
    await expect(all(Uint8Array.from(magic))).rejects.toMatchObject({
      code: 'compression/unsupported',
      message: expect.stringContaining(`${name} found`),
    })
  })
})
