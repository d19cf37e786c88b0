import { KairosError } from '@kairos-sdk/core'

/**
 * A cursor that fills a record of fixed size, the counterpart of `ByteReader`. Bytes that are skipped stay zero. A value
 * that does not fit its field is a mistake of the caller and throws, rather than being cut.
 *
 * Integers without a suffix are big-endian (network byte order); those with `le` are little-endian.
 */
export class ByteWriter {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #name: string
  #offset = 0

  /**
   * @param size - bytes of the whole record
   * @param name - what is written, to begin error messages with
   */
  constructor(size: number, name: string) {
    this.#bytes = new Uint8Array(size)
    this.#view = new DataView(this.#bytes.buffer)
    this.#name = name
  }

  /** Bytes written so far. */
  get offset(): number {
    return this.#offset
  }

  /** The whole record. */
  get written(): Uint8Array {
    return this.#bytes
  }

  uint8(value: number, field: string): this {
    this.#view.setUint8(this.#take(1, field), this.#fit(value, 0xff, field))
    return this
  }

  uint16(value: number, field: string): this {
    this.#view.setUint16(this.#take(2, field), this.#fit(value, 0xffff, field))
    return this
  }

  uint16le(value: number, field: string): this {
    this.#view.setUint16(this.#take(2, field), this.#fit(value, 0xffff, field), true)
    return this
  }

  uint32(value: number, field: string): this {
    this.#view.setUint32(this.#take(4, field), this.#fit(value, 0xffffffff, field))
    return this
  }

  uint32le(value: number, field: string): this {
    this.#view.setUint32(this.#take(4, field), this.#fit(value, 0xffffffff, field), true)
    return this
  }

  uint64(value: bigint | number, field: string): this {
    this.#view.setBigUint64(this.#take(8, field), this.#fit64(value, field))
    return this
  }

  uint64le(value: bigint | number, field: string): this {
    this.#view.setBigUint64(this.#take(8, field), this.#fit64(value, field), true)
    return this
  }

  bytes(value: Uint8Array, field: string): this {
    this.#bytes.set(value, this.#take(value.length, field))
    return this
  }

  /** Text of one byte a character, filled up with `fill` to `length` bytes. */
  latin1(value: string, length: number, field: string, fill = 0): this {
    const encoded = Buffer.from(value, 'latin1')
    if (encoded.length > length) throw this.#error(`${field}: at most ${length} characters expected, "${value}" found`)
    const start = this.#take(length, field)
    this.#bytes.fill(fill, start, start + length)
    this.#bytes.set(encoded, start)
    return this
  }

  skip(length: number, field: string): this {
    this.#take(length, field)
    return this
  }

  #fit(value: number, max: number, field: string): number {
    if (!Number.isInteger(value) || value < 0 || value > max) {
      throw this.#error(`${field}: a whole number from 0 to ${max} expected, ${value} found`)
    }
    return value
  }

  #fit64(value: bigint | number, field: string): bigint {
    const wide = typeof value === 'number' ? BigInt(this.#fit(value, Number.MAX_SAFE_INTEGER, field)) : value
    if (wide < 0n || wide > 0xffffffffffffffffn) throw this.#error(`${field}: 64 bits expected, ${wide} found`)
    return wide
  }

  #take(length: number, field: string): number {
    const start = this.#offset
    if (start + length > this.#bytes.length) {
      throw this.#error(`${field}: ${length} bytes do not fit, ${this.#bytes.length - start} left`)
    }
    this.#offset += length
    return start
  }

  #error(message: string): KairosError {
    return new KairosError('argument/invalid', `${this.#name}: ${message}`)
  }
}
