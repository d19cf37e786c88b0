import { createHash, type Hash } from 'node:crypto'
import { constants, type FileHandle, open } from 'node:fs/promises'

/** Fits into the cache of a processor core, so that the checksum finds there what was just copied. */
const BUFFER_BYTES = 512 * 1024
const CHUNK_BYTES = 1024 * 1024

/**
 * The beginning of a file that is being downloaded, with the SHA-256 of what it holds. Bytes are written while the next
 * ones come in, at most one buffer behind.
 *
 * They are copied into two buffers that take turns. Keeping the chunks until they are written saves the copy, but then
 * each one comes into memory that the system has just handed out: a gigabyte took half as long again.
 */
export class PartialFile {
  readonly #file: FileHandle
  #hash: Hash = createHash('sha256')
  /** The one that is being filled, and the one that is being written. Absent until there is something to write. */
  #buffers: readonly [Buffer, Buffer] | undefined
  #filled = 0
  #writing: Promise<void> = Promise.resolve()
  #length = 0

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** Opens the file, or makes one that only its owner can read. Links are not followed. */
  static async open(path: string): Promise<PartialFile> {
    const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants
    // Windows has no O_NOFOLLOW.
    return new PartialFile(await open(path, O_RDWR | O_CREAT | (O_NOFOLLOW ?? 0), 0o600))
  }

  /** Bytes so far. */
  get length(): number {
    return this.#length
  }

  /** SHA-256 of the bytes so far, in hexadecimal. */
  get sha256(): string {
    return this.#hash.copy().update(this.#pending()).digest('hex')
  }

  /** Bytes that are in the file from an earlier process. */
  async storedBytes(): Promise<number> {
    return (await this.#file.stat()).size
  }

  /** Goes on behind the first `length` bytes of the file, which are read for the checksum. */
  async resumeAt(length: number, signal?: AbortSignal): Promise<void> {
    await this.restart(length)
    const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES)
    while (this.#length < length) {
      signal?.throwIfAborted()
      const { bytesRead } = await this.#file.read(buffer, 0, Math.min(CHUNK_BYTES, length - this.#length), this.#length)
      if (bytesRead === 0) return
      this.#hash.update(buffer.subarray(0, bytesRead))
      this.#length += bytesRead
    }
  }

  /** Forgets everything, but for the first bytes of the file. */
  async restart(keep = 0): Promise<void> {
    await this.#writing.catch(() => undefined)
    this.#writing = Promise.resolve()
    this.#filled = 0
    this.#length = 0
    this.#hash = createHash('sha256')
    await this.#file.truncate(keep)
  }

  /** Takes the next bytes. */
  async append(chunk: Uint8Array): Promise<void> {
    this.#buffers ??= [Buffer.allocUnsafeSlow(BUFFER_BYTES), Buffer.allocUnsafeSlow(BUFFER_BYTES)]
    for (let done = 0; done < chunk.length; ) {
      const piece = chunk.subarray(done, done + BUFFER_BYTES - this.#filled)
      this.#buffers[0].set(piece, this.#filled)
      done += piece.length
      this.#filled += piece.length
      this.#length += piece.length
      if (this.#filled === BUFFER_BYTES) await this.#flush()
    }
  }

  /** Waits until all bytes are in the file. */
  async settle(): Promise<void> {
    await this.#flush()
    await this.#writing
  }

  /** Makes the bytes last through a power cut. */
  async sync(): Promise<void> {
    await this.settle()
    await this.#file.sync()
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  /** Bytes that no write has taken yet. */
  #pending(): Buffer {
    return this.#buffers?.[0].subarray(0, this.#filled) ?? Buffer.alloc(0)
  }

  /** Waits for the buffer before, then writes this one in the background. */
  async #flush(): Promise<void> {
    await this.#writing
    if (!this.#buffers || this.#filled === 0) return
    const bytes = this.#pending()
    this.#writing = writeAll(this.#file, bytes, this.#length - bytes.length)
    // Reported by the next flush.
    this.#writing.catch(() => undefined)
    this.#hash.update(bytes)
    this.#buffers = [this.#buffers[1], this.#buffers[0]]
    this.#filled = 0
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  // A write may stop early, at a full disk for example; the next one tells why.
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten
  }
}
