import { KairosError } from '@kairos-sdk/core'
import { type ByteSource, readFully } from '@kairos-sdk/netboot'
import { written } from '../../runtime/io.js'
import { printable } from '../../runtime/reporter/printable.js'
import type { Context } from '../command.js'
import { openImage } from './open-image.js'

/** What one line of JSON may hold. */
const MAX_JSON_BYTES = 16 * 1024 * 1024
/** By its beginning a file is known to be text or not. */
const SAMPLE_BYTES = 8 * 1024

/**
 * Prints a file of an image to standard output, as it is. On a terminal only text is printed.
 *
 * @throws KairosError those of `openImage` and of the image; `argument/invalid` for bytes that would go to a terminal,
 *   `input/too-large` with `--json`
 */
export async function printFile(location: string, path: string, context: Context): Promise<void> {
  const { reporter, signal, io } = context
  const image = await openImage(location, context)
  const file = await image.open(path, { signal })
  if (reporter.json) return printJson(file, path, context)
  if (io.stdout.isTTY) return printText(file, path, context)
  for await (const chunk of file.read(0, file.size, { signal })) {
    // Whoever has read enough, as `| head`, needs no more.
    if (!(await written(io.stdout, chunk))) return
  }
}

async function printText(file: ByteSource, path: string, { io, signal }: Context): Promise<void> {
  const sample = await readFully(file, 0, Math.min(SAMPLE_BYTES, file.size), { signal })
  if (sample.includes(0)) {
    throw new KairosError('argument/invalid', `${path} is not text: a terminal cannot show it.`, {
      hint: 'Send it to a file with > FILE.',
    })
  }
  const decoder = new TextDecoder()
  for await (const chunk of file.read(0, file.size, { signal })) {
    await written(io.stdout, printable(decoder.decode(chunk, { stream: true })))
  }
}

async function printJson(file: ByteSource, path: string, { reporter, signal }: Context): Promise<void> {
  if (file.size > MAX_JSON_BYTES) {
    throw new KairosError('input/too-large', `${path}: at most 16 MiB for a line of JSON expected, more found.`, {
      hint: 'Leave out --json: the content is then printed as it is.',
    })
  }
  const bytes = Buffer.from(await readFully(file, 0, file.size, { signal }))
  const text = bytes.toString('utf8')
  const isText = bytes.equals(Buffer.from(text, 'utf8'))
  const content = isText
    ? { encoding: 'utf8', content: text }
    : { encoding: 'base64', content: bytes.toString('base64') }
  reporter.answer({ path, size: file.size, ...content }, '')
}
