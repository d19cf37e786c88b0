import { appendFile, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readFully } from './byte-source.js'
import { isFileSource } from './file-source.js'
import { type HeldFileSource, heldFileSource } from './held-file-source.js'

// Nobody can replace an open file on Windows.
describe.skipIf(process.platform === 'win32')('heldFileSource', () => {
  let directory: string
  let path: string
  let source: HeldFileSource
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'held-file-source-'))
    path = join(directory, 'file')
    await writeFile(path, 'first content')
    source = await heldFileSource(path)
  })
  afterEach(async () => {
    await source.close()
    await rm(directory, { recursive: true })
  })

  const text = async () => Buffer.from(await readFully(source, 0, source.size)).toString()
  const opened = async () => (await source.openForReading?.()) ?? expect.fail('no way to open it')
  const replace = async () => {
    await writeFile(join(directory, 'other'), 'other content')
    await rename(join(directory, 'other'), path)
  }

  it('stays readable when its name is given to another file, moved or removed', async () => {
    for (const change of [replace, () => rename(path, join(directory, 'moved')), () => rm(path, { force: true })]) {
      await change()
      expect(await text()).toBe('first content')
      const into = Buffer.alloc(7)
      const reading = await opened()
      await reading.readInto(into, 6)
      await reading.verify()
      await reading.close()
      expect(into.toString()).toBe('content')
    }
  })

  it('tells who goes by the path that this leads elsewhere', async () => {
    expect([isFileSource(source), source.path]).toEqual([true, path])
    await source.verify()
    await replace()
    await expect(source.verify()).rejects.toMatchObject({ code: 'input/changed' })
    await rm(path)
    await expect(source.verify()).rejects.toMatchObject({ code: 'input/not-found' })
  })

  it('notices who writes into it, also when it has another name by then', async () => {
    const other = join(directory, 'other')
    await rename(path, other)
    for (const write of [() => utimes(other, 0, 0), () => appendFile(other, '!')]) {
      const held = await heldFileSource(other)
      await write()
      await expect(readFully(held, 0, 5)).rejects.toMatchObject({ code: 'input/changed' })
      await expect(held.openForReading?.()).rejects.toMatchObject({ code: 'input/changed' })
      await held.close()
    }
    await expect(text()).rejects.toMatchObject({ code: 'input/changed' })
  })

  it('lets go of the file when the last read has ended, and begins none after it was closed', async () => {
    const reading = await opened()
    const chunks = source.read(0, 5)[Symbol.asyncIterator]()
    await chunks.next()
    await source.close()
    await source.close()
    const into = Buffer.alloc(5)
    await reading.readInto(into, 0)
    expect(into.toString()).toBe('first')
    await expect(text()).rejects.toMatchObject({ code: 'input/unreadable' })
    await reading.close()
    await reading.close()
    await reading.verify()
    await chunks.return?.()
    await expect(reading.verify()).rejects.toMatchObject({ code: 'input/unreadable' })
  })

  it('says what is wrong with a path, also with one that would be waited for', async () => {
    await expect(heldFileSource(join(directory, 'none'))).rejects.toMatchObject({ code: 'input/not-found' })
    await expect(heldFileSource(directory)).rejects.toMatchObject({ code: 'input/is-a-directory' })
    await expect(heldFileSource('/dev/null')).rejects.toMatchObject({ code: 'input/unreadable' })
  })
})
