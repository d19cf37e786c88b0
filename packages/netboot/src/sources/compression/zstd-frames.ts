import { isSkippable } from './detect.js'
import { damaged } from './errors.js'

/** The longest header there is: magic, descriptor, window, dictionary id, content size. */
const MAX_FRAME_HEADER = 18
const SKIPPABLE_HEADER = 8
const BLOCK_HEADER = 3
const CHECKSUM_SIZE = 4

/** A block of one repeated byte: RFC 8878 section 3.1.1.2.2. */
const RLE_BLOCK = 1

/** What the bytes that come next are. */
type State = 'frame' | 'block' | 'content' | 'end'

/**
 * Cuts a zstd stream where its frames end: Node's decompressor ignores what follows a frame in the same write. Frames hold
 * the lengths of their blocks, so nothing needs to be decompressed for it, and nothing is copied.
 *
 *     Size   Field (RFC 8878 section 3.1.1)
 *     4      magic 0xfd2fb528
 *     1      descriptor: content size (bits 6, 7), single segment (5), checksum (2), dictionary id (0, 1)
 *     0, 1   window descriptor, unless single segment
 *     0..4   dictionary id
 *     0..8   content size
 *     3 + n  blocks: last (bit 0), type (1, 2), size (3..23); then the block
 *     0, 4   checksum
 *
 * @throws KairosError `compression/damaged` when a frame is cut off, or something else follows one
 */
export async function* zstdFrames(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const cutter = new FrameCutter(name)
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const taken = cutter.take(chunk.subarray(from))
      yield chunk.subarray(from, from + taken)
      from += taken
    }
  }
  cutter.end()
}

class FrameCutter {
  readonly #name: string
  readonly #header = new Uint8Array(MAX_FRAME_HEADER)
  #headerLength = 0
  #headerSize = SKIPPABLE_HEADER
  #state: State = 'frame'
  #remaining = 0
  #afterContent: State = 'frame'
  #hasChecksum = false
  #offset = 0

  constructor(name: string) {
    this.#name = name
  }

  /** How many of these bytes belong to the frame that they begin in or continue. */
  take(bytes: Uint8Array): number {
    let at = 0
    while (at < bytes.length) {
      if (this.#state === 'content') {
        const length = Math.min(this.#remaining, bytes.length - at)
        this.#remaining -= length
        at += length
        if (this.#remaining === 0) this.#leaveContent()
      } else {
        this.#header[this.#headerLength++] = bytes[at++] ?? 0
        if (this.#headerLength === this.#headerSize) this.#readHeader(this.#offset + at)
      }
      if (this.#state === 'end') {
        this.#expect('frame', SKIPPABLE_HEADER)
        break
      }
    }
    this.#offset += at
    return at
  }

  /** @throws KairosError `compression/damaged` when a frame has begun and not ended */
  end(): void {
    if (this.#state === 'frame' && this.#headerLength === 0) return
    throw damaged(this.#name, `the end of a zstd frame expected, the end of the input found at offset ${this.#offset}`)
  }

  #readHeader(end: number): void {
    if (this.#state === 'block') this.#readBlockHeader()
    else this.#readFrameHeader(end)
  }

  #readFrameHeader(end: number): void {
    const view = new DataView(this.#header.buffer)
    if (isSkippable(this.#header)) {
      this.#enter(view.getUint32(4, true), 'end')
      return
    }
    if (view.getUint32(0, true) !== 0xfd2f_b528) {
      throw damaged(this.#name, `a zstd frame expected at offset ${end - this.#headerLength}, something else found`)
    }
    const descriptor = view.getUint8(4)
    const size = frameHeaderSize(descriptor)
    if (size > this.#headerLength) {
      this.#headerSize = size
      return
    }
    this.#hasChecksum = (descriptor & 4) !== 0
    if (size === this.#headerLength) this.#expect('block', BLOCK_HEADER)
    // The shortest frame header has 6 bytes, so that the first two of a block's may have been read with it.
    else this.#expectRead('block', BLOCK_HEADER, size)
  }

  #readBlockHeader(): void {
    const word = (this.#header[0] ?? 0) | ((this.#header[1] ?? 0) << 8) | ((this.#header[2] ?? 0) << 16)
    const isLast = (word & 1) !== 0
    const size = ((word >> 1) & 3) === RLE_BLOCK ? 1 : word >>> 3
    const checksum = isLast && this.#hasChecksum ? CHECKSUM_SIZE : 0
    if (isLast) this.#enter(size + checksum, 'end')
    else this.#enter(size, 'block')
  }

  #enter(length: number, after: State): void {
    this.#state = 'content'
    this.#remaining = length
    this.#afterContent = after
    if (length === 0) this.#leaveContent()
  }

  #leaveContent(): void {
    if (this.#afterContent === 'end') this.#state = 'end'
    else this.#expect('block', BLOCK_HEADER)
  }

  #expect(state: State, headerSize: number): void {
    this.#state = state
    this.#headerLength = 0
    this.#headerSize = headerSize
  }

  /** As `#expect`, where bytes from `start` of the header that was read are the first of the next. */
  #expectRead(state: State, headerSize: number, start: number): void {
    const length = this.#headerLength - start
    this.#header.copyWithin(0, start, this.#headerLength)
    this.#expect(state, headerSize)
    this.#headerLength = length
  }
}

function frameHeaderSize(descriptor: number): number {
  const singleSegment = (descriptor & 0x20) !== 0
  const dictionaryId = [0, 1, 2, 4][descriptor & 3] ?? 0
  const contentSize = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  return 5 + (singleSegment ? 0 : 1) + dictionaryId + contentSize
}
