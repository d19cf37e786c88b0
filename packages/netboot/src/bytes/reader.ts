import { type ErrorCode, KairosError } from '@kairos-sdk/core'

export interface ByteReaderOptions {
  /** Code of the error for bytes that are not there. Default `input/malformed`. */
  readonly code?: ErrorCode | undefined
  /** What is read, to begin error messages with: `directory record`. */
  readonly name?: string | undefined
  /** Where the first byte lies in the file or packet, so that error messages give offsets a person can look up. */
  readonly origin?: number | undefined
}

/**
 * A bounds-checked cursor over bytes. Every read names its field, so that a short input gives an error that says which
 * field is missing and where, and no codec repeats the check.
 *
 * Integers without a suffix are big-endian (network byte order); those with `le` are little-endian.
 */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #code: ErrorCode
  readonly #name: string | undefined
  readonly #origin: number
  #offset = 0

  constructor(bytes: Uint8Array, options: ByteReaderOptions = {}) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#code = options.code ?? 'input/malformed'
    this.#name = options.name
    this.#origin = options.origin ?? 0
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset
  }

  /** Bytes left. */
  get remaining(): number {
    return this.#bytes.length - this.#offset
  }

  uint8(field: string): number {
    return this.#view.getUint8(this.#take(1, field))
  }

  uint16(field: string): number {
    return this.#view.getUint16(this.#take(2, field))
  }

  uint16le(field: string): number {
    return this.#view.getUint16(this.#take(2, field), true)
  }

  uint32(field: string): number {
    return this.#view.getUint32(this.#take(4, field))
  }

  uint32le(field: string): number {
    return this.#view.getUint32(this.#take(4, field), true)
  }

  uint64(field: string): bigint {
    return this.#view.getBigUint64(this.#take(8, field))
  }

  uint64le(field: string): bigint {
    return this.#view.getBigUint64(this.#take(8, field), true)
  }

  /** A 64-bit integer that must fit into a JavaScript number without loss. */
  safeUint64(field: string): number {
    return this.#safe(this.uint64(field), field)
  }

  /** A little-endian 64-bit integer that must fit into a JavaScript number without loss. */
  safeUint64le(field: string): number {
    return this.#safe(this.uint64le(field), field)
  }

  /** The next `length` bytes, as a view of the input, not a copy. */
  bytes(length: number, field: string): Uint8Array {
    const start = this.#take(length, field)
    return this.#bytes.subarray(start, start + length)
  }

  /** The next `length` bytes as Latin-1 text, one character a byte. */
  latin1(length: number, field: string): string {
    const start = this.#take(length, field)
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + start, length).toString('latin1')
  }

  skip(length: number, field: string): void {
    this.#take(length, field)
  }

  /** All bytes that are left, as a view of the input, not a copy. */
  rest(): Uint8Array {
    return this.bytes(this.remaining, 'rest')
  }

  /**
   * Asserts that everything was read.
   *
   * @throws KairosError the reader's code
   */
  expectEnd(): void {
    if (this.remaining > 0) throw this.error(`end expected at offset ${this.#at()}, ${this.remaining} more bytes found`)
  }

  /** An error of the reader's code that begins with what is read, for a codec to throw. */
  error(message: string): KairosError {
    return new KairosError(this.#code, this.#name === undefined ? message : `${this.#name}: ${message}`)
  }

  #at(): number {
    return this.#origin + this.#offset
  }

  #take(length: number, field: string): number {
    if (!Number.isSafeInteger(length) || length < 0 || length > this.remaining) {
      const bytes = length === 1 ? '1 byte' : `${length} bytes`
      throw this.error(`${field}: ${bytes} expected at offset ${this.#at()}, ${this.remaining} left`)
    }
    const start = this.#offset
    this.#offset += length
    return start
  }

  #safe(value: bigint, field: string): number {
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw this.error(`${field}: a number below 2^53 expected at offset ${this.#at() - 8}, ${value} found`)
    }
    return Number(value)
  }
}
