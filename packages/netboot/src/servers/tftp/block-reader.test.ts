import { describe, expect, it } from 'vitest'
import type { ByteSource } from '../../bytes/byte-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import { createBlockReader } from './block-reader.js'

const content = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 7) % 251)
const { signal } = new AbortController()

describe('block reader', () => {
  it.each([8, 512, 1_432, 65_464])('gives every block of %i bytes, in any order', async (blockSize) => {
    const reader = createBlockReader(memorySource('x', content), blockSize, signal)
    const read = async (block: number) => Buffer.from(await reader.read(block))
    const blocks: Buffer[] = []
    for (let block = 1; block <= reader.count; block++) blocks.push(await read(block))
    expect(Buffer.concat(blocks).equals(content)).toBe(true)
    expect(blocks.at(-1)?.length).toBe(content.length % blockSize)
    const middle = Math.ceil(reader.count / 2)
    expect(await read(1)).toEqual(blocks[0])
    expect(await read(middle)).toEqual(blocks[middle - 1])
  })

  it('ends a file of whole blocks, and an empty one, with an empty block', async () => {
    expect(createBlockReader(memorySource('x', ''), 512, signal).count).toBe(1)
    const reader = createBlockReader(memorySource('x', content.subarray(0, 1_024)), 512, signal)
    expect(reader.count).toBe(3)
    expect(await reader.read(3)).toHaveLength(0)
  })

  it('reads the source once, in pieces, as a client goes through it', async () => {
    const reads: number[] = []
    const inner = memorySource('x', content)
    const source: ByteSource = {
      ...inner,
      read(offset, length, options) {
        reads.push(length)
        return inner.read(offset, length, options)
      },
    }
    const reader = createBlockReader(source, 1_000, signal)
    for (let block = 1; block <= reader.count; block++) await reader.read(block)
    expect(reads).toEqual([65_000, 65_000, 65_000, 5_000])
  })

  it('has a block that is in memory at once', async () => {
    const reader = createBlockReader(memorySource('x', content), 1_000, signal)
    await reader.read(1)
    expect(reader.read(2)).toBeInstanceOf(Uint8Array)
  })
})
