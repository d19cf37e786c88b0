import type { BigIntStats } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { dirname, relative, resolve, sep } from 'node:path'
import { KairosError, translateError } from '@kairos-sdk/core'
import { shellWord } from '../../runtime/shell-word.js'

/**
 * Makes sure before the work that a file can be written, and that it is none of those that are read.
 *
 * @param inputs - files, directories and URLs
 * @param hint - what to do when the output is an input
 * @throws KairosError `argument/invalid`, `output/not-writable`
 */
export async function checkOutput(output: string, inputs: readonly string[], hint: string): Promise<void> {
  const existing = await statIfThere(output)
  if (existing?.isDirectory()) {
    throw new KairosError('output/not-writable', `Cannot write ${output}: it is a directory.`, { hint: 'Name a file.' })
  }
  if (existing && !existing.isFile()) {
    throw new KairosError('output/not-writable', `Cannot write ${output}: it is a device or a pipe, not a file.`, {
      hint: `Write to a file, then copy it with: dd if=FILE of=${shellWord(output)} bs=4M`,
    })
  }
  for (const input of inputs) {
    const other = await statIfThere(input)
    if (other?.isDirectory() && isInside(output, input)) {
      throw new KairosError('argument/invalid', `${output} lies in ${input}, whose files go into it.`, {
        hint: 'Write to another directory.',
      })
    }
    if (!existing || existing.dev !== other?.dev || existing.ino !== other.ino) continue
    throw new KairosError('argument/invalid', `${output} is both input and output.`, { hint })
  }
  await checkDirectory(output)
}

function isInside(path: string, directory: string): boolean {
  const way = relative(resolve(directory), resolve(path))
  return way !== '..' && !way.startsWith(`..${sep}`)
}

async function checkDirectory(output: string): Promise<void> {
  try {
    await access(dirname(output), constants.W_OK)
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new KairosError(
      'output/not-writable',
      missing
        ? `Cannot write ${output}: its directory does not exist.`
        : translateError(error, `Cannot write ${output}`).message,
      {
        hint: missing ? 'Make the directory first.' : 'Name a file in a directory that you may write to.',
        cause: error,
      },
    )
  }
}

async function statIfThere(path: string): Promise<BigIntStats | undefined> {
  // Whatever else is wrong with a path shows when it is used. NTFS numbers files with 64 bits, of which a number loses some.
  return stat(path, { bigint: true }).catch(() => undefined)
}
