import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FUZZ_RUNS, mutate, seededRandom } from '../../../../../fuzz/mutate.js'
import { isDigest } from '../image/digest.js'
import { parseReference } from '../image/reference.js'
import { tagRecords } from '../registry/tag-records.js'
import { readResumeRecord, writeResumeRecord } from '../transfer/resume-record.js'
import { recallUrl, rememberUrl } from './url-index.js'

const URL = 'https://example.org/kairos.iso'
const SHA256 = createHash('sha256').update(URL).digest('hex')

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'records-'))
})
afterEach(() => rm(directory, { recursive: true }))

/** Damages the only file in a directory again and again, and looks at what is then read. */
async function damage(place: string, read: () => Promise<void>): Promise<void> {
  const path = join(place, (await readdir(place))[0] ?? '')
  const original = await readFile(path)
  const random = seededRandom(1)
  // Each run writes and reads a file: a share of the runs of a codec takes as long.
  for (let run = 0; run < FUZZ_RUNS / 40; run++) {
    const input = mutate(original, random)
    await writeFile(path, input)
    await read().catch((cause: unknown) => {
      throw new Error(`Run ${run} broke on ${Buffer.from(input).toString('base64')}`, { cause })
    })
  }
}

function expectSendable(validator: string | undefined): void {
  if (validator !== undefined) new Headers().set('if-range', validator)
}

/** A record that was damaged is of no use, but it must never stop a download that needs none. */
describe('damaged records of the cache', { timeout: 3_600_000 }, () => {
  it('of what a URL gave are read as they are typed, or count as absent', async () => {
    await rememberUrl(directory, URL, { sha256: SHA256, size: 123, etag: '"1"', lastModified: undefined })
    await damage(directory, async () => {
      const found = await recallUrl(directory, URL)
      if (found === undefined) return
      expect(found.sha256).toMatch(/^[0-9a-f]{64}$/)
      expect(Number.isSafeInteger(found.size)).toBe(true)
      for (const validator of [found.etag, found.lastModified]) expectSendable(validator)
    })
  })

  it('of where a tag led are a digest, or count as absent', async () => {
    const reference = parseReference('quay.io/kairos/ubuntu:24.04')
    const records = tagRecords(directory)
    await records.remember(reference, `sha256:${SHA256}`)
    await damage(join(directory, 'tags'), async () => {
      const found = await records.recall(reference)
      if (found !== undefined) expect(isDigest(found)).toBe(true)
    })
  })

  it('of a broken download are read as they are typed, or count as absent', async () => {
    const place = join(directory, 'resume')
    await mkdir(place)
    const path = join(place, 'record.json')
    await writeResumeRecord(path, { urlDigest: SHA256, validator: '"1"', size: 123, sha256: SHA256 })
    await damage(place, async () => {
      const found = await readResumeRecord(path)
      if (found === undefined) return
      expect(typeof found.urlDigest).toBe('string')
      expectSendable(found.validator)
      expect(['string', 'undefined']).toContain(typeof found.sha256)
      expect(found.size === undefined || Number.isSafeInteger(found.size)).toBe(true)
    })
  })
})
