import { describe, expect, it } from 'vitest'
import { memorySource } from '../bytes/memory-source.js'
import { type ContentPiece, contentPieces } from './content-pieces.js'
import type { ContentStream } from './entry.js'

async function* chunksOf(...chunks: string[]) {
  for (const chunk of chunks) yield Buffer.from(chunk)
}

const stream = (size: number, chunks: string[], regions?: ContentStream['regions']): ContentStream => ({
  size,
  chunks: chunksOf(...chunks),
  regions,
})

async function piecesOf(...args: Parameters<typeof contentPieces>): Promise<(string | number)[]> {
  const shown = (piece: ContentPiece) => (typeof piece === 'number' ? piece : Buffer.from(piece).toString())
  const pieces: (string | number)[] = []
  for await (const piece of contentPieces(...args)) pieces.push(shown(piece))
  return pieces
}

describe('contentPieces', () => {
  it('gives bytes and holes in order, wherever the chunks end', async () => {
    expect(await piecesOf('/f', memorySource('f', 'all'))).toEqual(['all'])
    const regions = [
      { offset: 2, length: 3 },
      { offset: 5, length: 0 },
      { offset: 8, length: 1 },
    ]
    expect(await piecesOf('/f', stream(12, ['a', 'bcd'], regions))).toEqual([2, 'a', 'bc', 3, 'd', 3])
    expect(await piecesOf('/f', stream(7, [], []))).toEqual([7])
  })

  it.each([
    ['fewer bytes', stream(4, ['abc'])],
    ['more bytes', stream(2, ['abc'])],
    ['more bytes than its regions', stream(9, ['abc'], [{ offset: 0, length: 2 }])],
    ['a region behind the end', stream(3, ['abc'], [{ offset: 1, length: 3 }])],
    ['a region of half a byte', stream(3, ['abc'], [{ offset: 0, length: 0.5 }])],
    [
      'regions that overlap',
      stream(
        9,
        ['abc'],
        [
          { offset: 0, length: 2 },
          { offset: 1, length: 1 },
        ],
      ),
    ],
  ])('refuses %s under the code of whom it is for', async (_, content) => {
    await expect(piecesOf('/f', content)).rejects.toMatchObject({ code: 'input/malformed' })
    await expect(piecesOf('/f', content, { code: 'squashfs/invalid-entry' })).rejects.toMatchObject({
      code: 'squashfs/invalid-entry',
    })
  })
})
