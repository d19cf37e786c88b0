import { stat } from 'node:fs/promises'
import { translateError } from '@kairos-sdk/core'

/**
 * What shows, without reading it, that a file is still the one of before: its number, size and date of change. Whoever writes to
 * a file changes its date.
 *
 * @throws KairosError `input/*`
 */
export async function fileMark(path: string): Promise<{ readonly mark: string; readonly size: number }> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true })
    return { mark: [ino, size, mtimeNs].join(' '), size: Number(size) }
  } catch (error) {
    throw translateError(error, `Cannot read ${path}`, 'input/unreadable')
  }
}
