import { type FileSource, fileSource } from '../../bytes/file-source.js'
import { heldFileSource } from '../../bytes/held-file-source.js'
import type { StepContext } from '../steps/index.js'

/**
 * A result as the servers of this run need it. The next run with the same state directory gives its name to another file, while
 * they go on: the file is held open until the run ends.
 *
 * @throws KairosError `input/*`
 */
export async function openResult(path: string, { defer }: Pick<StepContext, 'defer'>): Promise<FileSource> {
  // There a file that is held open cannot be replaced: the next run would fail, in place of what this one still serves.
  if (process.platform === 'win32') return fileSource(path)
  const source = await heldFileSource(path)
  defer(source.close)
  return source
}
