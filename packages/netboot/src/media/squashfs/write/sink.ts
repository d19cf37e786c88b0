import type { FileHandle } from 'node:fs/promises'

/**
 * Where an image is written to. Not a stream: the superblock at its start is known last, and the content of a duplicate
 * file is written over.
 */
export interface SquashfsSink {
  /** Writes all bytes at a position. The bytes may change when the promise is settled. */
  write(bytes: Uint8Array, position: number): Promise<void>
  /** Sets the end of the image, which may lie before what was written. */
  truncate(size: number): Promise<void>
}

/** An open file as a sink; closing, flushing and renaming it stay with the caller. */
export function fileSink(file: FileHandle): SquashfsSink {
  return {
    async write(bytes, position) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
        done += bytesWritten
      }
    },
    truncate: (size) => file.truncate(size),
  }
}
