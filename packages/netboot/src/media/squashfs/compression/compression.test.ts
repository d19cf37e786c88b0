import { constants, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createCompressor } from './create-compressor.js'
import { createDecompressor } from './create-decompressor.js'

const bytes = Uint8Array.from({ length: 1024 * 1024 }, (_, index) => (index * index) >> 7)

describe.each(['zstd', 'gzip'] as const)('%s', (name) => {
  const compressor = createCompressor(name, undefined)
  const decompressor = createDecompressor('image', compressor.id, 1024 * 1024)

  it('gives back what it got', async () => {
    const compressed = await compressor.compress(bytes)
    expect(compressed.length).toBeLessThan(bytes.length)
    expect(Buffer.from(await decompressor.decompress(compressed, bytes.length)).equals(bytes)).toBe(true)
    const small = compressor.compressSync(bytes.subarray(0, 8192))
    expect(Buffer.from(decompressor.decompressSync(small, 8192)).equals(bytes.subarray(0, 8192))).toBe(true)
  })

  it('gives no more than the limit', async () => {
    const bomb = await compressor.compress(new Uint8Array(1024 * 1024))
    expect(() => decompressor.decompressSync(bomb, 8192)).toThrow()
    await expect(decompressor.decompress(bomb, 8192)).rejects.toThrow()
  })

  it.each([0, 1.5, 23, Number.NaN])('has no level %d', (level) => {
    expect(() => createCompressor(name, level)).toThrow(expect.objectContaining({ code: 'argument/invalid' }))
  })
})

describe('zstd frames', () => {
  /** Bytes of the window that a decoder must have (RFC 8878 section 3.1.1.1), for content of `size` bytes. */
  const windowOf = (frame: Uint8Array, size: number) => {
    const [descriptor = 0, window = 0] = frame.subarray(4)
    const singleSegment = (descriptor & 0x20) !== 0
    return singleSegment ? size : 2 ** (10 + (window >> 3)) * (1 + (window & 7) / 8)
  }

  it.each([1, 3, 22])('of level %i have no window that is larger than the kernel allows: the block', async (level) => {
    const compressor = createCompressor('zstd', level)
    for (const size of [100, 4096, 5000, 131_072, 1024 * 1024]) {
      const frame = await compressor.compress(bytes.subarray(0, size))
      expect(windowOf(frame, size)).toBeLessThanOrEqual(Math.max(size, 1024))
    }
    expect(windowOf(compressor.compressSync(bytes.subarray(0, 8192)), 8192)).toBeLessThanOrEqual(8192)
  })

  it('with a window that the kernel would refuse are refused', () => {
    const params = { [constants.ZSTD_c_windowLog]: 27, [constants.ZSTD_c_contentSizeFlag]: 0 }
    const frame = Buffer.from(zstdCompressSync(bytes.subarray(0, 4096), { params }))
    // Magic, a descriptor without single segment and content size, a window of 128 MiB.
    const claimed = Buffer.concat([frame.subarray(0, 4), Buffer.from([0x00, 17 << 3]), Buffer.from([1, 0, 0])])
    expect(() => createDecompressor('image', 6, 4096).decompressSync(claimed, 4096)).toThrow()
  })
})
