import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { redactUrl } from '@kairos-sdk/core'
import { digestOfUrl, writeBeside } from '../transfer/index.js'
import { storedValidator } from '../transfer/validator.js'
import type { CachedUrl } from './cache.js'

/** What a URL gave last, or `undefined` when it is not known or cannot be read. */
export async function recallUrl(directory: string, url: string): Promise<CachedUrl | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(entryOf(directory, url), 'utf8'))
    if (typeof value !== 'object' || value === null) return undefined
    const { sha256, size, etag, lastModified } = value as Partial<Record<keyof CachedUrl, unknown>>
    if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256) || !Number.isSafeInteger(size)) return undefined
    return {
      sha256,
      size: Number(size),
      etag: storedValidator(etag),
      lastModified: storedValidator(lastModified),
    }
  } catch {
    return undefined
  }
}

/** Writes down what a URL gave. The URL is added for people, without what may be secret in it. */
export async function rememberUrl(directory: string, url: string, entry: CachedUrl): Promise<void> {
  await writeBeside(entryOf(directory, url), `${JSON.stringify({ url: redactUrl(url), ...entry }, null, 2)}\n`)
}

function entryOf(directory: string, url: string): string {
  return join(directory, `${digestOfUrl(url)}.json`)
}
