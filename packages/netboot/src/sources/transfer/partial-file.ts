import { createHash, type Hash } from 'node:crypto'
import { constants, type FileHandle, open } from 'node:fs/promises'

/** Many small writes cost more than the copy that they save. */
const BATCH_BYTES = 1024 * 1024
const CHUNK_BYTES = 1024 * 1024

/**
 * The beginning of a file that is being downloaded, with the SHA-256 of what it holds. Bytes are written while the next
 * ones come in, at most one batch behind.
 */
export class PartialFile {
  readonly #file: FileHandle
  #hash: Hash = createHash('sha256')
  #batch: Uint8Array[] = []
  #batchBytes = 0
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
    return this.#hash.copy().digest('hex')
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
    this.#batch = []
    this.#batchBytes = 0
    this.#length = 0
    this.#hash = createHash('sha256')
    await this.#file.truncate(keep)
  }

  /** Takes the next bytes. The caller does not change them afterwards. */
  async append(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk)
    this.#batch.push(chunk)
    this.#batchBytes += chunk.length
    this.#length += chunk.length
    if (this.#batchBytes >= BATCH_BYTES) await this.#flush()
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

  /** Waits for the batch before, then writes this one in the background. */
  async #flush(): Promise<void> {
    await this.#writing
    if (this.#batchBytes === 0) return
    const batch = this.#batch
    const at = this.#length - this.#batchBytes
    this.#batch = []
    this.#batchBytes = 0
    this.#writing = writeAll(this.#file, batch, at)
    // Reported by the next flush.
    this.#writing.catch(() => undefined)
  }
}

async function writeAll(file: FileHandle, batch: readonly Uint8Array[], at: number): Promise<void> {
  const length = batch.reduce((sum, chunk) => sum + chunk.length, 0)
  const { bytesWritten } = await file.writev(batch, at)
  if (bytesWritten === length) return
  // A write may stop early, at a full disk for example; the next one tells why.
  const rest = Buffer.concat(batch).subarray(bytesWritten)
  for (let done = 0; done < rest.length; ) {
    done += (await file.write(rest, done, rest.length - done, at + bytesWritten + done)).bytesWritten
  }
}
