import { KairosError, throwIfAborted } from '@kairos-sdk/core'

export interface ReadOptions {
  /** Stops the read; the iteration then throws `aborted`. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Bytes that can be read from any place: a file, a range of an ISO, memory, a remote URL, a remastered image. The noun
 * that all of this package speaks.
 *
 * A source holds nothing open between reads, so there is nothing to close.
 */
export interface ByteSource {
  /** What it is, for messages: a path, a URL without credentials, `config.yaml`. */
  readonly name: string
  /** Number of bytes. */
  readonly size: number
  /**
   * Streams exactly `length` bytes from `offset`. Nothing is read ahead of the consumer by more than a chunk: a slow
   * consumer slows the source. The consumer may keep the chunks; it must not change them. Leaving the loop early
   * releases what the read holds.
   *
   * @throws KairosError `argument/invalid` for a range that is not inside the source (from the call itself), `aborted`,
   *   `input/*` while reading
   */
  read(offset: number, length: number, options?: ReadOptions): AsyncIterable<Uint8Array>
  /**
   * Opens the source for many reads into the same memory: a server that sends to many clients would spend more on new memory
   * than on the bytes. Sources that have nothing to gain leave it out.
   *
   * @throws KairosError `input/*`
   */
  readonly openForReading?: (() => Promise<OpenSource>) | undefined
}

/** A source that is held open, and has to be closed. */
export interface OpenSource {
  /**
   * Fills `into` with the bytes from `offset` on.
   *
   * @throws KairosError `input/changed` when the source ends before, `input/*`
   */
  readInto(into: Uint8Array, offset: number): Promise<void>
  /**
   * Asserts that the source is still what it was when it was opened.
   *
   * @throws KairosError `input/changed`
   */
  verify(): Promise<void>
  close(): Promise<void>
}

/**
 * Asserts that a range lies inside a source.
 *
 * @throws KairosError `argument/invalid`
 */
export function checkRange(source: { readonly name: string; readonly size: number }, offset: number, length: number) {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length)
  if (!whole || offset < 0 || length < 0 || offset + length > source.size) {
    throw new KairosError(
      'argument/invalid',
      `${source.name}: a range inside its ${source.size} bytes expected, offset ${offset} length ${length} found.`,
    )
  }
}

/**
 * Reads a range into memory, for records and small files.
 *
 * @throws KairosError as {@link ByteSource.read}; `input/unreadable` when the source gives another number of bytes
 */
export async function readFully(
  source: ByteSource,
  offset: number,
  length: number,
  options: ReadOptions = {},
): Promise<Uint8Array> {
  checkRange(source, offset, length)
  throwIfAborted(options.signal, `Cannot read ${source.name}`)
  const whole = new Uint8Array(length)
  let filled = 0
  for await (const chunk of source.read(offset, length, options)) {
    if (filled + chunk.length > length) throw wrongLength(source, length, filled + chunk.length)
    // A source of one chunk is taken as it is: most metadata reads are.
    if (chunk.length === length) return chunk
    whole.set(chunk, filled)
    filled += chunk.length
  }
  if (filled < length) throw wrongLength(source, length, filled)
  return whole
}

function wrongLength(source: ByteSource, expected: number, found: number): KairosError {
  return new KairosError('input/unreadable', `${source.name}: ${expected} bytes expected, ${found} found.`)
}
