import { type ByteSource, fileSource, hashSource } from '@kairos-sdk/netboot'
import { writeImage } from '@kairos-sdk/netboot/iso'
import { formatBytes } from '../../runtime/format-bytes.js'
import type { Task } from '../../runtime/reporter/reporter.js'
import { wholePercents } from '../../runtime/whole-percents.js'
import type { Context } from '../command.js'
import { tellOfWait } from './tell-of-wait.js'

/** For the owner's eyes: what is inside may be secret. */
export const OWNER_ONLY = 0o600
/** What is inside is known to everybody. */
export const PUBLIC = 0o644

export interface ResultOptions {
  readonly mode: number
  readonly checksum: boolean
  /** What is done goes on as this task, which the caller drops when it fails. */
  readonly task: Task
}

export interface ResultFile {
  readonly output: string
  readonly size: number
  readonly sha256?: string
}

/**
 * Writes an image to a file and computes its checksum.
 *
 * @throws KairosError those of `writeImage`
 */
export async function writeResult(
  image: ByteSource,
  output: string,
  { mode, checksum, task }: ResultOptions,
  context: Context,
): Promise<ResultFile> {
  const { reporter, signal } = context
  const onProgress = wholePercents(task.progress, `Writing ${output}`)
  await writeImage(image, output, { signal, mode, onProgress, onWait: tellOfWait(reporter, output) })
  const result = { output, size: image.size, ...(checksum && { sha256: await sha256Of(output, task, context) }) }
  task.succeed(`Wrote ${output}, ${formatBytes(image.size)}`)
  return result
}

/**
 * SHA-256 of a file, of the bytes that were really written.
 *
 * @throws KairosError those of `fileSource`
 */
export async function sha256Of(path: string, task: Task, { signal }: Context): Promise<string> {
  const message = `Computing the SHA-256 of ${path}`
  task.progress({ phase: 'checksum', message })
  const { name, size, read } = await fileSource(path)
  const tell = wholePercents(task.progress, message)
  const watched: ByteSource = {
    name,
    size,
    async *read(offset, length, options) {
      let done = 0
      for await (const chunk of read(offset, length, options)) {
        done += chunk.length
        tell({ phase: 'checksum', message, done, total: length, unit: 'bytes' })
        yield chunk
      }
    },
  }
  return hashSource(watched, 'sha256', { signal })
}

/** Prints what came out: for people the line that `sha256sum --check` reads. */
export function answerResult(result: ResultFile, extra: object, { reporter }: Context): void {
  const { output, sha256 } = result
  reporter.answer({ event: 'result', ...result, ...extra }, sha256 === undefined ? '' : `${sha256}  ${output}\n`)
}
