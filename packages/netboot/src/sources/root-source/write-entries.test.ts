import { KairosError } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import type { FileSystemEntry } from '../../file-system/entry.js'
import { sampleRoot } from '../artifacts/testing/sample-root.js'
import { writeEntries } from './write-entries.js'

const directory: FileSystemEntry = { type: 'directory', path: '/' }

/** A source that gives something, then fails, as often as it is said to. */
function failing(code: 'layers/needs-survey' | 'layers/damaged', times: number) {
  const surveys: boolean[] = []
  const root = sampleRoot(undefined, {
    async *entries({ survey = false } = {}) {
      surveys.push(survey)
      yield directory
      if (surveys.length <= times) throw new KairosError(code, 'no')
    },
  })
  return { root, surveys }
}

async function count(entries: AsyncIterable<FileSystemEntry>): Promise<number> {
  let found = 0
  for await (const _ of entries) found++
  return found
}

describe('writeEntries', () => {
  it('starts over with a survey where that helps', async () => {
    const { root, surveys } = failing('layers/needs-survey', 1)
    expect(await writeEntries(root, {}, count)).toBe(1)
    expect(surveys).toEqual([false, true])
  })

  it('does so once', async () => {
    const { root, surveys } = failing('layers/needs-survey', 2)
    await expect(writeEntries(root, {}, count)).rejects.toMatchObject({ code: 'layers/needs-survey' })
    expect(surveys).toEqual([false, true])
  })

  it('reads ordinary sources once, and those that fail for other reasons', async () => {
    const ordinary = failing('layers/damaged', 0)
    expect(await writeEntries(ordinary.root, {}, count)).toBe(1)
    expect(ordinary.surveys).toEqual([false])
    const broken = failing('layers/damaged', 1)
    await expect(writeEntries(broken.root, {}, count)).rejects.toMatchObject({ code: 'layers/damaged' })
    expect(broken.surveys).toEqual([false])
  })
})
