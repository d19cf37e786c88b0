import { type ByteSource, readFully } from '../../bytes/byte-source.js'

/** Bytes read at once: few enough to hold for each of a thousand transfers, enough to open a file rarely. */
const PIECE_BYTES = 64 * 1024

/** Reads the blocks of a file, in a window that moves on. */
export interface BlockReader {
  /** Number of blocks, the last of which is shorter than the others, and may be empty. */
  readonly count: number
  /** A block, counted from 1; at once when it is in memory. */
  read(block: number): Uint8Array | Promise<Uint8Array>
}

/**
 * @param signal - stops reads from the source
 */
export function createBlockReader(source: ByteSource, blockSize: number, signal: AbortSignal): BlockReader {
  const blocksPerPiece = Math.max(1, Math.floor(PIECE_BYTES / blockSize))
  const pieceBytes = blocksPerPiece * blockSize
  // Two pieces, as a window may reach from one into the next; a window that reaches further reads again what it resends.
  const pieces: { readonly index: number; readonly bytes: Uint8Array }[] = []

  async function load(index: number): Promise<Uint8Array> {
    const offset = index * pieceBytes
    const bytes = await readFully(source, offset, Math.min(pieceBytes, source.size - offset), { signal })
    pieces.unshift({ index, bytes })
    pieces.length = Math.min(pieces.length, 2)
    return bytes
  }

  return {
    count: Math.floor(source.size / blockSize) + 1,
    read(block) {
      const start = (block - 1) * blockSize
      if (start >= source.size) return new Uint8Array(0)
      const index = Math.floor(start / pieceBytes)
      const cut = (piece: Uint8Array) => {
        const from = start - index * pieceBytes
        return piece.subarray(from, from + blockSize)
      }
      const held = pieces.find((piece) => piece.index === index)
      return held ? cut(held.bytes) : load(index).then(cut)
    },
  }
}
