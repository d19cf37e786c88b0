import { constants, copyFile, type FileHandle, open } from 'node:fs/promises'
import { KairosError, throwIfAborted } from '@kairos-sdk/core'
import { writeFully } from '../../../output/write-fully.js'

/** Some buffers of this size, read and written at the same time, are as fast as cp; fs.copyFile takes twice as long. */
const BUFFER_BYTES = 1024 * 1024
const BUFFERS = 2
/** How much is copied between two flushes in the background. */
const FLUSH_BYTES = 32 * 1024 * 1024

export interface CopyOptions {
  readonly signal?: AbortSignal | undefined
  /** Told how many bytes are copied so far. */
  readonly onCopied?: ((bytes: number) => void) | undefined
  /** Have the disk work while the copying goes on; what it has not written then is for the caller to flush. */
  readonly flush?: boolean | undefined
}

/**
 * Makes a new file that shares its blocks with another, where the file system can (btrfs, XFS, APFS).
 *
 * @returns false when it cannot; then there is no new file
 */
export async function cloneFile(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL)
    return true
  } catch {
    // Whatever the reason is, copying meets it again if it matters.
    return false
  }
}

/**
 * Copies the first `length` bytes of a file into an open one.
 *
 * @throws what Node throws, and KairosError `input/changed`, `aborted`
 */
export async function copyInto(from: string, to: FileHandle, length: number, options: CopyOptions): Promise<void> {
  const source = await open(from, 'r')
  let next = 0
  let copied = 0
  let flushAt = FLUSH_BYTES
  let flushing: Promise<void> | undefined
  let failure: { readonly error: unknown } | undefined
  const flushBehind = () => {
    if (!options.flush || flushing || copied < flushAt) return
    flushAt = copied + FLUSH_BYTES
    flushing = to.datasync().then(
      () => {
        flushing = undefined
      },
      (error: unknown) => {
        // Linux tells of a failed flush once: the caller's own would succeed.
        failure = { error }
      },
    )
  }
  const work = async () => {
    const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)
    while (next < length) {
      throwIfAborted(options.signal, `Cannot copy ${from}`)
      const at = next
      const size = Math.min(BUFFER_BYTES, length - at)
      next += size
      await readExactly(source, buffer, size, at, from)
      await writeFully(to, buffer.subarray(0, size), at)
      copied += size
      options.onCopied?.(copied)
      flushBehind()
    }
  }
  try {
    const workers = await Promise.allSettled(Array.from({ length: BUFFERS }, work))
    await flushing
    for (const worker of workers) if (worker.status === 'rejected') throw worker.reason
    if (failure) throw failure.error
  } finally {
    await source.close()
  }
}

async function readExactly(source: FileHandle, buffer: Buffer, size: number, at: number, name: string) {
  for (let filled = 0; filled < size; ) {
    const { bytesRead } = await source.read(buffer, filled, size - filled, at + filled)
    if (bytesRead === 0) throw new KairosError('input/changed', `${name}: more bytes expected, the end found.`)
    filled += bytesRead
  }
}
