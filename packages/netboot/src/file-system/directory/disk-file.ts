import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { KairosError, throwIfAborted, translateError } from '@kairos-sdk/core'
import { type ByteSource, checkRange, type ReadOptions } from '../../bytes/byte-source.js'
import { decodeName } from '../name.js'
import type { FoundFile } from './walk-directory.js'

const CHUNK_BYTES = 256 * 1024

/**
 * A file that was found in a directory, as a source; its name need not be UTF-8. It can be read ahead: opening and closing
 * thousands of small files one after the other would leave the disk idle.
 *
 * Reads throw `input/changed` when it is not the file that was found any more.
 */
export class DiskFile implements ByteSource {
  readonly name: string
  readonly size: number
  readonly #diskPath: Buffer
  readonly #stats: BigIntStats
  #ahead: Promise<Uint8Array> | undefined

  constructor({ diskPath, stats }: FoundFile) {
    this.name = decodeName(diskPath)
    this.size = Number(stats.size)
    this.#diskPath = diskPath
    this.#stats = stats
  }

  /** Starts to read it all. */
  readAhead(options: ReadOptions): void {
    this.#ahead = (async () => {
      const parts: Uint8Array[] = []
      for await (const part of this.#chunks(0, this.size, options)) parts.push(part)
      return Buffer.concat(parts)
    })()
    // Told to its reader, if there is one.
    this.#ahead.catch(() => {})
  }

  /** Forgets what was read ahead. It can still be read. */
  release(): void {
    this.#ahead = undefined
  }

  read(offset: number, length: number, options: ReadOptions = {}): AsyncIterable<Uint8Array> {
    checkRange(this, offset, length)
    const ahead = this.#ahead
    return ahead ? this.#part(ahead, offset, length) : this.#chunks(offset, length, options)
  }

  async *#part(ahead: Promise<Uint8Array>, offset: number, length: number): AsyncGenerator<Uint8Array> {
    const bytes = await ahead
    if (length > 0) yield bytes.subarray(offset, offset + length)
  }

  async *#chunks(offset: number, length: number, { signal }: ReadOptions): AsyncGenerator<Uint8Array> {
    const doing = `Cannot read ${this.name}`
    throwIfAborted(signal, doing)
    let handle: FileHandle | undefined
    try {
      // Not through a link that took its place, and not waiting for the writer of a pipe that did.
      handle = await open(this.#diskPath, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
      await this.#checkUnchanged(handle)
      for (let at = offset; at < offset + length; ) {
        throwIfAborted(signal, doing)
        const size = Math.min(CHUNK_BYTES, offset + length - at)
        const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(size), 0, size, at)
        if (bytesRead === 0) throw this.#changed(`the end at ${at}`)
        at += bytesRead
        yield buffer.subarray(0, bytesRead)
      }
    } catch (error) {
      throw translateError(error, doing, 'input/unreadable')
    } finally {
      await handle?.close()
    }
  }

  async #checkUnchanged(handle: FileHandle): Promise<void> {
    const { dev, ino, size, mtimeNs } = await handle.stat({ bigint: true })
    const before = this.#stats
    if (dev !== before.dev || ino !== before.ino || size !== before.size || mtimeNs !== before.mtimeNs) {
      throw this.#changed('a changed one')
    }
  }

  #changed(found: string): KairosError {
    return new KairosError('input/changed', `${this.name}: the file that was listed expected, ${found} found.`, {
      hint: 'Wait until nothing writes to it any more, then try again.',
    })
  }
}
