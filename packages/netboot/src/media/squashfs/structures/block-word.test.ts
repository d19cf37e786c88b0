import { describe, expect, it } from 'vitest'
import { decodeBlockWord, encodeBlockWord, SPARSE_BLOCK } from './block-word.js'

describe('the word of a block', () => {
  it.each([
    [{ size: 1024 * 1024, compressed: false }, 0x0110_0000],
    [{ size: 4097, compressed: true }, 0x0000_1001],
  ])('%j is %i', (block, word) => {
    expect(encodeBlockWord(block)).toBe(word)
    expect(decodeBlockWord(word)).toEqual(block)
  })

  it('of a sparse block has no bytes', () => {
    expect(decodeBlockWord(SPARSE_BLOCK).size).toBe(0)
  })

  it('with bits that have no meaning has a size that no block has', () => {
    expect(decodeBlockWord(0xfe00_0001).size).toBeGreaterThan(1024 * 1024)
  })
})
