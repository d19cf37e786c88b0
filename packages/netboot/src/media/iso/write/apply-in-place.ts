import { createHash } from 'node:crypto'
import { access, constants, type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { KairosError, type OperationOptions, throwIfAborted, translateError } from '@kairos-sdk/core'
import { type ByteSource, readFully } from '../../../bytes/byte-source.js'
import type { FileSource } from '../../../bytes/file-source.js'
import type { PatchedExtent } from '../../../bytes/overlay-source.js'
import { acquireFileLock } from '../../../output/file-lock.js'
import { syncDirectory } from '../../../output/sync-directory.js'
import { writeFully } from '../../../output/write-fully.js'
import { fileAndExtents, isSameFile } from './base-file.js'
import {
  decodeUndoRecord,
  encodeUndoRecord,
  mergedExtents,
  notTheImage,
  type UndoExtent,
  type UndoRange,
  type UndoRecord,
} from './undo-record.js'
import { type WriteProgress, writeRange } from './write-image.js'

const SAMPLES = 16
const SAMPLE_BYTES = 4096
/** An undo record is made in memory. */
const MAX_UNDO_BYTES = 256 * 1024 * 1024

/** Where the undo record of an image lies. */
export function undoPath(path: string): string {
  return `${path}.undo`
}

/**
 * Writes the changes of a remastered image into the file that it was made from. Before the first byte changes, all bytes
 * that will be replaced are on the disk, in an undo record beside the file: {@link restore} gives the original back, also
 * after a crash in the middle. An image that was changed before keeps the way back to its first state.
 *
 * The image is not to be read any more afterwards; open the file again. While one process changes the file or restores it
 * (`PATH.lock`), others wait; their images are of the file of before then, and refused.
 *
 * @throws KairosError `argument/invalid` when the image was not made from this file, `input/changed`, `output/no-space`,
 *   `output/not-writable` (also for a file that has another name, a hard link), `iso/unsupported` when more than 256 MiB
 *   would be replaced, `aborted`; the file is then as before
 */
export async function applyInPlace(
  image: ByteSource,
  path: string,
  options: OperationOptions<WriteProgress> = {},
): Promise<void> {
  const doing = `Cannot change ${path}`
  throwIfAborted(options.signal, doing)
  const patched = fileAndExtents(image)
  if (!patched || !(await isSameFile(patched.file.path, path))) {
    throw new KairosError('argument/invalid', `${path}: the file that the image was made from expected, another found.`)
  }
  const { file, extents } = patched
  await checkChangeable(path, doing)
  await whileHeld(path, doing, options.signal, async () => {
    try {
      // An image of before somebody else's change would take that back in part.
      await file.verify()
      await checkOnlyName(path)
      const before = await readUndo(path)
      await writeUndo(path, await undoOf(file, image.size, extents, before, path))
    } catch (error) {
      await rm(`${undoPath(path)}.part`, { force: true })
      throw translateError(error, doing, 'output/not-writable')
    }
    try {
      await applyExtents(path, extents, image, options)
    } catch (error) {
      await undo(path)
      throw translateError(error, doing, 'output/not-writable')
    }
  })
}

/**
 * Gives an image that was changed in place its original bytes and its original size back, and removes the undo record.
 * May be called again if it did not come to its end.
 *
 * @throws KairosError `input/not-found` when there is no undo record, `iso/damaged-undo` when it does not belong to the
 *   image or is damaged, `output/not-writable`
 */
export async function restore(path: string): Promise<void> {
  const doing = `Cannot restore ${path}`
  // Before the lock is made, which may be where nothing can be made.
  if (!(await isThere(undoPath(path), doing))) throw nothingToRestore(path)
  await checkChangeable(path, doing)
  await whileHeld(path, doing, undefined, () => undo(path))
}

/** Before there is a lock, of which else errors would tell. */
async function checkChangeable(path: string, doing: string): Promise<void> {
  try {
    await (await open(path, 'r+')).close()
    await access(dirname(resolve(path)), constants.W_OK)
  } catch (error) {
    throw translateError(error, doing, 'output/not-writable')
  }
}

/** Lets one at a time change an image: two at once would lose a change, and the way back. */
async function whileHeld(path: string, doing: string, signal: AbortSignal | undefined, work: () => Promise<void>) {
  const lock = await acquireFileLock(`${path}.lock`, signal).catch((error: unknown) => {
    throw translateError(error, doing, 'output/not-writable')
  })
  try {
    await work()
  } finally {
    await lock.release()
  }
}

async function undo(path: string): Promise<void> {
  try {
    const record = await readUndo(path)
    if (!record) throw nothingToRestore(path)
    const file = await open(path, 'r+')
    try {
      if (!(await samplesMatch(file, record))) throw notTheImage(path)
      for (const { offset, bytes } of record.extents) await writeFully(file, bytes, offset)
      await file.truncate(record.originalSize)
      await file.datasync()
    } finally {
      await file.close()
    }
    await rm(undoPath(path))
    await syncDirectory(dirname(path))
  } catch (error) {
    throw translateError(error, `Cannot restore ${path}`, 'output/not-writable')
  }
}

/** Whoever knows the file by its other name would find it changed: the cache of releases, a backup. */
async function checkOnlyName(path: string): Promise<void> {
  const { nlink } = await stat(path)
  if (nlink <= 1) return
  throw new KairosError('output/not-writable', `${path}: a file with one name expected, ${nlink} names of it found.`, {
    hint: 'What has its other names would change too, such as the cache of downloads. Write to a new file, or change a copy.',
  })
}

async function isThere(path: string, doing: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    (error: unknown) => {
      if (isMissing(error)) return false
      throw translateError(error, doing, 'output/not-writable')
    },
  )
}

function nothingToRestore(path: string): KairosError {
  return new KairosError('input/not-found', `${undoPath(path)}: an undo record expected, none found.`, {
    hint: 'Only an image that was changed in place can be restored.',
  })
}

async function applyExtents(
  path: string,
  extents: readonly PatchedExtent[],
  image: ByteSource,
  { signal, onProgress }: OperationOptions<WriteProgress>,
): Promise<void> {
  const total = extents.reduce((sum, { source }) => sum + source.size, 0)
  const file = await open(path, 'r+')
  try {
    await file.truncate(image.size)
    let done = 0
    for (const { offset, source } of extents) {
      await writeRange(source, 0, source.size, file, offset, undefined, signal)
      done += source.size
      onProgress?.({ phase: 'write', message: `Changing ${path}`, done, total, unit: 'bytes' })
    }
    await file.datasync()
  } finally {
    await file.close()
  }
}

async function undoOf(
  file: FileSource,
  size: number,
  extents: readonly PatchedExtent[],
  before: UndoRecord | undefined,
  path: string,
): Promise<UndoRecord> {
  const originalSize = before?.originalSize ?? file.size
  const ranges = extents.map(({ offset, source }) => ({ offset, length: source.size }))
  // A shorter image loses its end.
  if (size < file.size) ranges.push({ offset: size, length: file.size - size })
  const replaced: UndoExtent[] = []
  let total = 0
  for (const { offset, length } of ranges) {
    const inside = Math.min(length, originalSize - offset, file.size - offset)
    if (inside <= 0) continue
    total += inside
    if (total > MAX_UNDO_BYTES) {
      throw new KairosError('iso/unsupported', `${path}: more than ${MAX_UNDO_BYTES} bytes would be replaced.`, {
        hint: 'Write the image to a new file.',
      })
    }
    replaced.push({ offset, bytes: await readFully(file, offset, inside) })
  }
  const merged = mergedExtents(before?.extents ?? [], replaced)
  const samples = samplesBetween(merged, originalSize)
  const handle = await open(path, 'r')
  try {
    if (before && !(await samplesMatch(handle, before))) throw notTheImage(path)
    return { originalSize, samples, samplesSha256: await hashOfSamples(handle, samples), extents: merged }
  } finally {
    await handle.close()
  }
}

/** Ranges spread over the image that no extent touches. */
function samplesBetween(extents: readonly UndoExtent[], size: number): UndoRange[] {
  const samples: UndoRange[] = []
  for (let index = 0; index < SAMPLES; index++) {
    const offset = Math.floor(((size - SAMPLE_BYTES) * index) / SAMPLES)
    const sample = { offset, length: SAMPLE_BYTES }
    const touched = extents.some(
      (extent) => extent.offset < offset + SAMPLE_BYTES && extent.offset + extent.bytes.length > offset,
    )
    if (offset >= 0 && !touched) samples.push(sample)
  }
  return samples
}

async function hashOfSamples(file: FileHandle, samples: readonly UndoRange[]): Promise<Uint8Array> {
  const hash = createHash('sha256')
  for (const { offset, length } of samples) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset)
    hash.update(buffer.subarray(0, bytesRead))
  }
  return hash.digest()
}

async function samplesMatch(file: FileHandle, { samples, samplesSha256 }: UndoRecord): Promise<boolean> {
  return Buffer.compare(await hashOfSamples(file, samples), samplesSha256) === 0
}

async function readUndo(path: string): Promise<UndoRecord | undefined> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(undoPath(path))
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  return decodeUndoRecord(bytes, undoPath(path))
}

/** The record gets its name only when it is complete on the disk: from then on the image may change. */
async function writeUndo(path: string, record: UndoRecord): Promise<void> {
  const part = `${undoPath(path)}.part`
  const file = await open(part, 'w', 0o600)
  try {
    await writeFully(file, encodeUndoRecord(record), 0)
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(part, undoPath(path))
  await syncDirectory(dirname(path))
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
