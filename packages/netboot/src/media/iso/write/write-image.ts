import { type FileHandle, open, rename, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import {
  KairosError,
  type OperationOptions,
  type ProgressEvent,
  throwIfAborted,
  translateError,
} from '@kairos-sdk/core'
import type { ByteSource } from '../../../bytes/byte-source.js'
import { syncDirectory } from '../../../output/sync-directory.js'
import { workBesideAll } from '../../../output/work-beside.js'
import { writeFully } from '../../../output/write-fully.js'
import { fileAndExtents, filesBehind, isSameFile } from './base-file.js'
import { cloneFile, copyInto } from './copy-file.js'

export interface WriteProgress extends ProgressEvent<'write'> {
  readonly done: number
  readonly total: number
  readonly unit: 'bytes'
}

export interface WriteImageOptions extends OperationOptions<WriteProgress> {
  /** Permissions of the file. Default 0o600: an image with a cloud config in it is as secret as the config. */
  readonly mode?: number | undefined
  /**
   * Wait until the disk has the bytes, so that a power cut cannot leave an incomplete file under the name. Default true.
   */
  readonly flush?: boolean | undefined
  /** Called when another process writes the same file, which is then waited for. */
  readonly onWait?: (() => void) | undefined
}

/** An image and the file that it is to be written to. */
export interface ImageFile {
  readonly image: ByteSource
  readonly path: string
}

/**
 * Writes an image to a file. The file appears under its name only when it is complete; whatever goes wrong, nothing is
 * left behind, except by a process that is killed: `.NAME.part`, which the next call for the same file removes. A remastered
 * image of a file is copied fast, or not at all where the file system can share blocks.
 *
 * @throws KairosError `argument/invalid` when the output is the input, `output/no-space`, `output/not-writable`,
 *   `input/changed`, `input/not-permitted` when what is at `.NAME.part` may be somebody else's, `aborted`, and what the image
 *   throws
 */
export async function writeImage(image: ByteSource, path: string, options: WriteImageOptions = {}): Promise<void> {
  await writeImages([{ image, path }], options)
}

/**
 * Writes images that belong together, each as {@link writeImage} does. None appears under its name before all are complete;
 * until then files of an earlier time stay.
 *
 * @throws KairosError those of `writeImage`
 */
export async function writeImages(files: readonly ImageFile[], options: WriteImageOptions = {}): Promise<void> {
  const { signal, onWait, flush = true } = options
  for (const file of files) await checkInputs(file, signal)
  const write = async (directories: readonly string[]) => {
    const parts: { readonly part: string; readonly path: string }[] = []
    for (const [index, file] of files.entries()) {
      const part = join(directories[index] as string, basename(file.path))
      await writePart(file, part, options)
      parts.push({ part, path: file.path })
    }
    for (const { part, path } of parts) await putInPlace(part, path, flush)
  }
  await workBesideAll(
    files.map(({ path }) => path),
    write,
    { signal, onWait },
  )
}

/** @throws KairosError `aborted`, `argument/invalid` when the output is an input */
async function checkInputs({ image, path }: ImageFile, signal: AbortSignal | undefined): Promise<void> {
  throwIfAborted(signal, doing(path))
  for (const file of filesBehind(image)) {
    if (!(await isSameFile(file.path, path))) continue
    throw new KairosError('argument/invalid', `${path}: an output that is not the input expected, the input found.`, {
      hint: 'Name another file, or change the image in place.',
    })
  }
}

async function writePart(file: ImageFile, part: string, options: WriteImageOptions): Promise<void> {
  try {
    await writeTo(part, file, options)
    throwIfAborted(options.signal, doing(file.path))
  } catch (error) {
    throw translateError(error, doing(file.path), 'output/not-writable')
  }
}

async function putInPlace(part: string, path: string, flush: boolean): Promise<void> {
  try {
    await rename(part, path)
    if (flush) await syncDirectory(dirname(path))
  } catch (error) {
    throw translateError(error, doing(path), 'output/not-writable')
  }
}

const doing = (path: string) => `Cannot write ${path}`

async function writeTo(part: string, { image, path }: ImageFile, options: WriteImageOptions): Promise<void> {
  const { signal, mode = 0o600, flush = true } = options
  const report = progress({ image, path }, options)
  const patched = fileAndExtents(image)
  const cloned = patched !== undefined && (await cloneFile(patched.file.path, part))
  if (!cloned) await checkSpace(dirname(path), image.size)
  const file = await open(part, cloned ? 'r+' : 'wx', mode)
  try {
    await file.chmod(mode)
    if (!patched) await writeRange(image, 0, image.size, file, 0, report, signal)
    else {
      await patched.file.verify()
      const length = Math.min(patched.file.size, image.size)
      if (!cloned) await copyInto(patched.file.path, file, length, { signal, onCopied: report, flush })
      // Sets the end, and gives zeros where nothing is written between the base and an extent behind it.
      await file.truncate(image.size)
      for (const { offset, source } of patched.extents) {
        await writeRange(source, 0, source.size, file, offset, undefined, signal)
      }
      await patched.file.verify()
    }
    report(image.size)
    if (flush) await file.datasync()
  } finally {
    await file.close()
  }
}

/** Streams a range of a source into a file. */
export async function writeRange(
  source: ByteSource,
  offset: number,
  length: number,
  file: FileHandle,
  position: number,
  report: ((bytes: number) => void) | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  let at = position
  for await (const chunk of source.read(offset, length, { signal })) {
    await writeFully(file, chunk, at)
    at += chunk.length
    report?.(at - position)
  }
}

/** Told before the work: filling a disk to the brim disturbs others too. */
async function checkSpace(directory: string, size: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory)
  if (bavail * bsize >= size) return
  throw new KairosError('output/no-space', `${directory}: ${size} free bytes expected, ${bavail * bsize} found.`, {
    hint: 'Free some room and try again.',
  })
}

function progress({ image, path }: ImageFile, { onProgress }: WriteImageOptions): (bytes: number) => void {
  const message = `Writing ${image.name}`
  return (done) => onProgress?.({ phase: 'write', message, subject: path, done, total: image.size, unit: 'bytes' })
}
