import type { FileHandle } from 'node:fs/promises'

/** Writes all of the bytes: a full disk may take a part of them before it refuses. */
export async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written)
    written += bytesWritten
  }
}
