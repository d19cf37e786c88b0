import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { translateError } from '@kairos-sdk/core'
import { makeDirectory } from '../../output/make-directory.js'
import { type Digest, isDigest } from '../image/digest.js'
import { formatReference, type ImageReference } from '../image/reference.js'
import { writeBeside } from '../transfer/write-beside.js'

/** Which manifest a tag led to last, for times without a network: `CACHE/tags/HEX.json`. */
export interface TagRecords {
  recall(reference: ImageReference): Promise<Digest | undefined>
  /** @throws KairosError `output/*` */
  remember(reference: ImageReference, digest: Digest): Promise<void>
}

export function tagRecords(cacheDirectory: string): TagRecords {
  const directory = join(cacheDirectory, 'tags')
  const pathOf = (name: string) => join(directory, `${createHash('sha256').update(name).digest('hex')}.json`)
  return {
    async recall(reference) {
      const name = formatReference(reference)
      try {
        const found: unknown = JSON.parse(await readFile(pathOf(name), 'utf8'))
        if (typeof found !== 'object' || found === null) return undefined
        const { reference: stored, digest } = found as { reference?: unknown; digest?: unknown }
        return stored === name && typeof digest === 'string' && isDigest(digest) ? digest : undefined
      } catch {
        return undefined
      }
    },
    async remember(reference, digest) {
      const name = formatReference(reference)
      try {
        await makeDirectory(directory, { mode: 0o700 })
        await writeBeside(pathOf(name), `${JSON.stringify({ reference: name, digest }, null, 2)}\n`)
      } catch (error) {
        throw translateError(error, `Cannot remember ${name}`, 'output/not-writable')
      }
    },
  }
}
