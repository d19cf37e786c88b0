import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ByteSource, readFully } from '../../../bytes/byte-source.js'
import { fileSource } from '../../../bytes/file-source.js'
import { memorySource } from '../../../bytes/memory-source.js'
import { overlaySource } from '../../../bytes/overlay-source.js'
import { acquireFileLock } from '../../../output/file-lock.js'
import { workDirectoryOf } from '../../../output/work-beside.js'
import { remaster } from '../remaster/remaster.js'
import { fixtureBytes } from '../testing/fixtures.js'
import { writeImage, writeImages } from './write-image.js'

let directory: string
let input: string
const output = () => join(directory, 'output.iso')
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'write-image-'))
  input = join(directory, 'input.iso')
  await writeFile(input, await fixtureBytes('xorriso-isohybrid'))
})
afterEach(() => rm(directory, { recursive: true }))

const whole = (source: ByteSource) => readFully(source, 0, source.size)
const customised = async (size = 3_000_000) =>
  remaster(await fileSource(input), {
    files: new Map([['/config.yaml', memorySource('config.yaml', new Uint8Array(size).fill(0x61))]]),
  })

describe('writeImage', () => {
  it('writes exactly the bytes of the image', async () => {
    const image = await customised()
    await writeImage(image, output())
    expect(Buffer.compare(await readFile(output()), await whole(image))).toBe(0)
    const memory = memorySource('x', await whole(image))
    await writeImage(memory, join(directory, 'other.iso'), { flush: false })
    expect(Buffer.compare(await readFile(join(directory, 'other.iso')), await readFile(output()))).toBe(0)
    expect((await readdir(directory)).sort()).toEqual(['input.iso', 'other.iso', 'output.iso'])
  })

  it('writes images that are shorter than their base, or have gaps behind it', async () => {
    const base = await fileSource(input)
    const appended = { offset: base.size + 5000, source: memorySource('x', 'end') }
    for (const image of [overlaySource('x', base, [], 1000), overlaySource('x', base, [appended])]) {
      await writeImage(image, output())
      expect(Buffer.compare(await readFile(output()), await whole(image))).toBe(0)
    }
  })

  it.skipIf(process.platform === 'win32')(
    'makes a file that only its owner can read, unless told otherwise',
    async () => {
      await writeImage(await customised(), output())
      expect((await stat(output())).mode & 0o777).toBe(0o600)
      await writeImage(await customised(), output(), { mode: 0o644 })
      expect((await stat(output())).mode & 0o777).toBe(0o644)
    },
  )

  it('refuses to write over its input, by whatever name', async () => {
    const paths = [input, join(directory, 'link.iso')]
    // Windows lets only administrators make symbolic links.
    if (process.platform === 'win32') paths.pop()
    else await symlink(input, join(directory, 'link.iso'))
    for (const path of paths) {
      await expect(writeImage(await customised(), path)).rejects.toMatchObject({ code: 'argument/invalid' })
    }
    expect(Buffer.compare(await readFile(input), await fixtureBytes('xorriso-isohybrid'))).toBe(0)
  })

  it('leaves nothing behind when it is cancelled, and the old file in its place', async () => {
    await writeFile(output(), 'old')
    const controller = new AbortController()
    const writing = writeImage(await customised(), output(), {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    })
    await expect(writing).rejects.toMatchObject({ code: 'aborted' })
    expect((await readdir(directory)).sort()).toEqual(['input.iso', 'output.iso'])
    expect(await readFile(output(), 'utf8')).toBe('old')
  })

  it('leaves nothing behind when the content cannot be read', async () => {
    const broken = {
      ...memorySource('broken', 'x'),
      read: () => {
        throw new Error('broken')
      },
    }
    const image = await remaster(await fileSource(input), { files: new Map([['/x', broken]]) })
    await expect(writeImage(image, output())).rejects.toMatchObject({ message: expect.stringContaining('broken') })
    expect(await readdir(directory)).toEqual(['input.iso'])
  })

  it('notices when the base changes meanwhile', async () => {
    const image = await customised()
    await writeFile(input, 'changed')
    await expect(writeImage(image, output())).rejects.toMatchObject({ code: 'input/changed' })
    expect(await readdir(directory)).toEqual(['input.iso'])
  })

  it('says when the image is larger than the disk, before it fills it', async () => {
    const endless = { ...memorySource('endless', ''), size: 2 ** 52 }
    await expect(writeImage(endless, output())).rejects.toMatchObject({ code: 'output/no-space' })
    expect(await readdir(directory)).toEqual(['input.iso'])
  })

  it('says when it cannot write there', async () => {
    const image = await customised()
    await expect(writeImage(image, join(directory, 'none', 'x.iso'))).rejects.toMatchObject({
      code: 'output/not-writable',
      hint: 'Make the directory first.',
    })
    await mkdir(join(directory, 'taken'))
    await expect(writeImage(image, join(directory, 'taken'))).rejects.toMatchObject({ code: expect.any(String) })
    expect((await readdir(directory)).sort()).toEqual(['input.iso', 'taken'])
  })

  it('writes images that belong together, and tells which one it is at', async () => {
    const files = ['a', 'b'].map((name) => ({ image: memorySource(name, name), path: join(directory, `new-${name}`) }))
    const told: unknown[] = []
    await writeImages(files, { onProgress: ({ message, subject }) => told.push([message, subject]) })
    expect(await Promise.all(files.map(({ path }) => readFile(path, 'utf8')))).toEqual(['a', 'b'])
    expect(new Set(told.map(String))).toEqual(new Set(files.map(({ image, path }) => `Writing ${image.name},${path}`)))
  })

  it('puts none of those that belong together in place when one of them fails', async () => {
    await writeFile(output(), 'old')
    const broken: ByteSource = { ...memorySource('broken', 'x'), size: 2 }
    const files = [
      { image: memorySource('new', 'new'), path: output() },
      { image: memorySource('other', 'other'), path: join(directory, 'other') },
      { image: broken, path: join(directory, 'broken') },
    ]
    await expect(writeImages(files)).rejects.toThrow()
    expect((await readdir(directory)).sort()).toEqual(['input.iso', 'output.iso'])
    expect(await readFile(output(), 'utf8')).toBe('old')
  })

  it('removes what a process has left that was killed', async () => {
    const left = workDirectoryOf(output())
    await mkdir(left, { mode: 0o700 })
    await mkdir(join(left, 'work'))
    await writeFile(join(left, 'work/output.iso'), 'half')
    await writeImage(memorySource('x', 'whole'), output())
    expect(await readFile(output(), 'utf8')).toBe('whole')
    expect((await readdir(directory)).sort()).toEqual(['input.iso', 'output.iso'])
  })

  it('lets two who write one file take turns, also when each writes others with it', async () => {
    const pathOf = (name: string) => join(directory, name)
    const filesOf = (...names: string[]) =>
      names.map((name) => ({ image: memorySource(name, name), path: pathOf(name) }))
    const lock = await acquireFileLock(join(workDirectoryOf(pathOf('b')), 'lock'))
    let waits = 0
    // Both have what they begin with by then, if each begins with another one.
    const onWait = () => {
      if (++waits === 2) lock.release().catch(() => undefined)
    }
    await Promise.all([
      writeImages(filesOf('a', 'b', 'c'), { onWait }),
      writeImages(filesOf('c', 'b', 'a'), { onWait }),
    ])
    expect((await readdir(directory)).sort()).toEqual(['a', 'b', 'c', 'input.iso'])
    await expect(writeImages(filesOf('a', 'a'))).rejects.toMatchObject({ code: 'argument/invalid' })
  })

  it('tells how far it is', async () => {
    const image = await customised()
    const done: number[] = []
    await writeImage(image, output(), { onProgress: (event) => done.push(event.done) })
    expect(done.at(-1)).toBe(image.size)
    expect(done).toEqual(done.toSorted((a, b) => a - b))
  })

  it('reads a base that may not be written to', async () => {
    await chmod(input, 0o400)
    await writeImage(await customised(), output())
    expect((await stat(output())).size).toBeGreaterThan(3_000_000)
  })
})
