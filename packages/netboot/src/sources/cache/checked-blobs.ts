import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeBeside } from '../transfer/index.js'

/** Which files of the cache were right when they were read or written last: `CACHE/checked/HEX`, with the mark of each. */
export interface CheckedBlobs {
  /** The mark of the file that was right, if one was. */
  recall(sha256: string): Promise<string | undefined>
  remember(sha256: string, mark: string): Promise<void>
}

export function checkedBlobs(directory: string): CheckedBlobs {
  const recordOf = (sha256: string) => join(directory, sha256.toLowerCase())
  return {
    recall: (sha256) => readFile(recordOf(sha256), 'utf8').catch(() => undefined),
    // Without a record, for want of room for example, the file is read again the next time.
    remember: (sha256, mark) => writeBeside(recordOf(sha256), mark).catch(() => undefined),
  }
}
