import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readFully } from './byte-source.js'
import { fileSource, isFileSource } from './file-source.js'
import { memorySource } from './memory-source.js'
import { sliceSource } from './slice-source.js'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'file-source-'))
})
afterEach(() => rm(directory, { recursive: true }))

describe('fileSource', () => {
  it('reads any range, in chunks', async () => {
    const bytes = Uint8Array.from({ length: 700_001 }, (_, at) => (at * 7) & 0xff)
    const path = join(directory, 'file')
    await writeFile(path, bytes)
    const source = await fileSource(path)
    expect(source.size).toBe(700_001)
    expect(Buffer.compare(await readFully(source, 0, 700_001), bytes)).toBe(0)
    expect(Buffer.compare(await readFully(source, 300_000, 1), bytes.subarray(300_000, 300_001))).toBe(0)
    expect(await readFully(source, 700_001, 0)).toHaveLength(0)
  })

  it('closes the file when the consumer leaves early', async () => {
    const path = join(directory, 'file')
    await writeFile(path, new Uint8Array(1_000_000))
    const reading = (await fileSource(path)).read(0, 1_000_000)[Symbol.asyncIterator]()
    await reading.next()
    await reading.return?.()
    expect(await reading.next()).toEqual({ done: true, value: undefined })
  })

  it('notices a file that was replaced, written to or cut off', async () => {
    const path = join(directory, 'file')
    const change: (() => Promise<void>)[] = [
      () => writeFile(path, 'other, longer'),
      () => utimes(path, 0, 0),
      async () => {
        await writeFile(join(directory, 'new'), 'same size')
        await rename(join(directory, 'new'), path)
      },
    ]
    for (const make of change) {
      await writeFile(path, 'some text')
      const source = await fileSource(path)
      await make()
      await expect(readFully(source, 0, 9)).rejects.toMatchObject({ code: 'input/changed' })
      await expect(source.verify()).rejects.toMatchObject({ code: 'input/changed' })
    }
  })

  it('says what is wrong with a path', async () => {
    await expect(fileSource(join(directory, 'none'))).rejects.toMatchObject({ code: 'input/not-found' })
    await expect(fileSource(directory)).rejects.toMatchObject({ code: 'input/is-a-directory' })
    await expect(fileSource('/dev/null')).rejects.toMatchObject({ code: 'input/unreadable' })
  })

  it('held open fills memory again and again, itself or a slice of it, and notices a change', async () => {
    const path = join(directory, 'file')
    await writeFile(path, '0123456789')
    const source = await fileSource(path)
    const opened = await sliceSource(source, 2, 6).openForReading?.()
    const into = Buffer.alloc(3)
    await opened?.readInto(into, 1)
    expect(into.toString()).toBe('345')
    await opened?.verify()
    await writeFile(path, '01234')
    await expect(opened?.verify()).rejects.toMatchObject({ code: 'input/changed' })
    await expect(opened?.readInto(into, 2)).rejects.toMatchObject({ code: 'input/changed' })
    await opened?.close()
    await expect(source.openForReading?.()).rejects.toMatchObject({ code: 'input/changed' })
    await rm(path)
    await expect(source.openForReading?.()).rejects.toMatchObject({ code: 'input/not-found' })
  })

  it('is told from other sources', async () => {
    const path = join(directory, 'file')
    await writeFile(path, '')
    expect(isFileSource(await fileSource(path))).toBe(true)
    expect(isFileSource(memorySource('x', ''))).toBe(false)
  })
})
