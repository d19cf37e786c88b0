import { open } from 'node:fs/promises'
import { KairosError, translateError } from '@kairos-sdk/core'
import { checkRegularFile, type OpenedFile, statOf } from './file-content.js'
import { type FileSource, sourceOfFile } from './file-source.js'

/** A file that is held open, and has to be closed. */
export interface HeldFileSource extends FileSource {
  /**
   * Lets go of the file as soon as the last read has ended; it is not waited for. Reads that begin later fail. Can be called
   * again.
   */
  close(): Promise<void>
}

/**
 * A regular file as a source that is held open: it stays readable when its name is removed or given to another file, as a
 * server needs that goes on while others replace what it serves. Who writes into the file itself is noticed as by `fileSource`.
 *
 * On Windows nobody can replace a file that is held open.
 *
 * @throws KairosError `input/not-found`, `input/not-permitted`, `input/is-a-directory`, `input/unreadable`; reads throw
 *   `input/changed` too
 */
export async function heldFileSource(path: string): Promise<HeldFileSource> {
  const doing = `Cannot read ${path}`
  // Before it is opened: of a pipe that would wait for a writer.
  checkRegularFile(path, await statOf(path))
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw translateError(error, doing, 'input/unreadable')
  })
  let readers = 0
  let closing = false

  async function acquire(): Promise<OpenedFile> {
    if (closing) throw new KairosError('input/unreadable', `${path}: an open file expected, one that was closed found.`)
    readers++
    let released = false
    return {
      handle,
      async release() {
        if (released) return
        released = true
        readers--
        await closeUnused()
      },
    }
  }

  async function close(): Promise<void> {
    if (closing) return
    closing = true
    await closeUnused()
  }

  async function closeUnused(): Promise<void> {
    if (closing && readers === 0) await handle.close()
  }

  try {
    const stats = await handle.stat({ bigint: true })
    checkRegularFile(path, stats)
    return { ...sourceOfFile({ path, stats, open: acquire }), close }
  } catch (error) {
    await handle.close()
    throw translateError(error, doing, 'input/unreadable')
  }
}
