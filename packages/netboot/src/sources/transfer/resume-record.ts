import { createHash } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import type { TransferRequest } from './transfer.js'
import { storedValidator } from './validator.js'

/** What the bytes of a partial file are the beginning of. It lies beside them, so that a later process can go on. */
export interface ResumeRecord {
  /** SHA-256 of the URL: the URL itself may hold a secret. */
  readonly urlDigest: string
  /** A strong ETag, or else the date of the last modification. */
  readonly validator: string | undefined
  /** Bytes of the whole, where the server told. */
  readonly size: number | undefined
  /** What the content was expected to be. */
  readonly sha256: string | undefined
}

export function digestOfUrl(url: string): string {
  return createHash('sha256').update(url).digest('hex')
}

/** How many of the bytes that are stored are the beginning of what is wanted now, as far as anybody can know. */
export function bytesToKeep(record: ResumeRecord, { url, sha256 }: TransferRequest, stored: number): number {
  const sameContent = sha256 !== undefined && record.sha256 === sha256.toLowerCase()
  const sameVersion = record.urlDigest === digestOfUrl(url) && record.validator !== undefined
  if (!sameContent && !sameVersion) return 0
  // Without a checksum the last byte is asked for again: only an answer tells that the version is still the same.
  const most = record.size === undefined || sha256 !== undefined ? stored : record.size - 1
  return stored > (record.size ?? stored) ? 0 : Math.max(0, Math.min(stored, most))
}

/** @returns `undefined` when there is none that can be used */
export async function readResumeRecord(path: string): Promise<ResumeRecord | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return recordOf(JSON.parse(text))
  } catch {
    return undefined
  }
}

function recordOf(value: unknown): ResumeRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { urlDigest, validator, size, sha256 } = value as Partial<Record<keyof ResumeRecord, unknown>>
  if (typeof urlDigest !== 'string') return undefined
  return {
    urlDigest,
    validator: storedValidator(validator),
    size: Number.isSafeInteger(size) ? Number(size) : undefined,
    sha256: typeof sha256 === 'string' ? sha256 : undefined,
  }
}

/** Only for who holds the lock. It is not synced: one that a power cut damaged counts as absent. */
export async function writeResumeRecord(path: string, record: ResumeRecord): Promise<void> {
  await writeFile(besideOf(path), JSON.stringify(record), { mode: 0o600 })
  await rename(besideOf(path), path)
}

export async function removeResumeRecord(path: string): Promise<void> {
  await rm(besideOf(path), { force: true })
  await rm(path, { force: true })
}

/** Always the same name, so that processes that are killed leave one at most. */
function besideOf(path: string): string {
  return `${path}.new`
}
