import { mkdir } from 'node:fs/promises'
import { translateError } from '@kairos-sdk/core'

/**
 * Makes a directory, with those on the way to it, unless it is there.
 *
 * @throws KairosError `output/not-writable`, `output/no-space`, `input/not-permitted`
 */
export async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true })
  } catch (error) {
    throw translateError(error, `Cannot make the directory ${directory}`, 'output/not-writable')
  }
}
