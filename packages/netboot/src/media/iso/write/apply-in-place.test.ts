import { copyFile, link, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ByteSource, readFully } from '../../../bytes/byte-source.js'
import { fileSource } from '../../../bytes/file-source.js'
import { memorySource } from '../../../bytes/memory-source.js'
import { openIso } from '../open-iso.js'
import { remaster } from '../remaster/remaster.js'
import { fixtureBytes, textOf } from '../testing/fixtures.js'
import { applyInPlace, restore, undoPath } from './apply-in-place.js'

let directory: string
let path: string
let original: Uint8Array
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'apply-in-place-'))
  path = join(directory, 'image.iso')
  original = await fixtureBytes('xorriso-isohybrid')
  await writeFile(path, original)
})
afterEach(() => rm(directory, { recursive: true }))

const customised = async (content: string | Uint8Array) =>
  remaster(await fileSource(path), { files: new Map([['/config.yaml', memorySource('config.yaml', content)]]) })
const withFile = async (name: string, size = 10) =>
  remaster(await fileSource(path), { files: new Map([[`/${name}`, memorySource(name, new Uint8Array(size))]]) })
const isOriginal = async () => Buffer.compare(await readFile(path), original) === 0

describe('applyInPlace', () => {
  it('makes the file what the image is, and restore gives the original back byte for byte', async () => {
    for (const content of ['small\n', new Uint8Array(3_000_000).fill(1)]) {
      const image = await customised(content)
      const expected = await readFully(image, 0, image.size)
      await applyInPlace(image, path)
      expect(Buffer.compare(await readFile(path), expected)).toBe(0)
      await restore(path)
      expect(await isOriginal()).toBe(true)
      expect(await readdir(directory)).toEqual(['image.iso'])
    }
  })

  it('writes no more than what changed', async () => {
    const image = await customised('small\n')
    const events: number[] = []
    await applyInPlace(image, path, { onProgress: (event) => events.push(event.total) })
    expect(events[0]).toBeLessThan(20_000)
  })

  it('keeps the way back to the first state when it is done several times', async () => {
    for (const content of ['one\n', 'two, somewhat longer\n', new Uint8Array(2_000_000).fill(2), 'three\n']) {
      await applyInPlace(await customised(content), path)
    }
    const image = await openIso(await fileSource(path))
    expect(await textOf(await image.open('/config.yaml'))).toBe('three\n')
    await restore(path)
    expect(await isOriginal()).toBe(true)
  })

  it('is undone by restore wherever it was cut off', async () => {
    const image = await customised(new Uint8Array(100_000).fill(3))
    await applyInPlace(image, path)
    const undo = await readFile(undoPath(path))
    const { extents } = image
    // The extents are written in order: after each of them, and in the middle of it.
    for (let count = 0; count <= extents.length; count++) {
      const torn = Buffer.concat([original, new Uint8Array(image.size - original.length)])
      for (const [index, { offset, source }] of extents.entries()) {
        const bytes = await readFully(source, 0, source.size)
        if (index < count) torn.set(bytes, offset)
        else if (index === count) torn.set(bytes.subarray(0, bytes.length / 2), offset)
      }
      for (const size of [torn.length, original.length]) {
        await writeFile(path, torn.subarray(0, size))
        await writeFile(undoPath(path), undo)
        await restore(path)
        expect(await isOriginal()).toBe(true)
      }
    }
  })

  it('can be restored again when restoring was cut off', async () => {
    await applyInPlace(await customised('x'), path)
    const undo = await readFile(undoPath(path))
    await restore(path)
    await writeFile(undoPath(path), undo)
    await restore(path)
    expect(await isOriginal()).toBe(true)
  })

  it('puts everything back when it is cancelled or the content cannot be read', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const applying = applyInPlace(await customised('x'), path, { signal, onProgress: () => controller.abort() })
    await expect(applying).rejects.toMatchObject({ code: 'aborted' })
    expect(await isOriginal()).toBe(true)
    const broken: ByteSource = {
      ...memorySource('broken', 'x'),
      read: () => {
        throw new Error('broken')
      },
    }
    const image = await remaster(await fileSource(path), { files: new Map([['/x', broken]]) })
    await expect(applyInPlace(image, path)).rejects.toThrow('broken')
    expect(await isOriginal()).toBe(true)
    expect(await readdir(directory)).toEqual(['image.iso'])
  })

  it('refuses a file that has another name, which it would change as well', async () => {
    const image = await customised('x')
    await link(path, join(directory, 'other-name.iso'))
    await expect(applyInPlace(image, path)).rejects.toMatchObject({ code: 'output/not-writable' })
    expect(await isOriginal()).toBe(true)
    expect((await readdir(directory)).sort()).toEqual(['image.iso', 'other-name.iso'])
  })

  it('lets two who change one file take turns: the second is told, and the way back stays', async () => {
    const images = await Promise.all([withFile('one'), withFile('two', 30_000)])
    const outcomes = await Promise.allSettled(images.map((image) => applyInPlace(image, path)))
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(refused).toMatchObject([{ code: 'input/changed' }])
    const made = await openIso(await fileSource(path))
    await made.stat(outcomes[0]?.status === 'fulfilled' ? '/one' : '/two')
    await restore(path)
    expect(await isOriginal()).toBe(true)
    expect(await readdir(directory)).toEqual(['image.iso'])
  })

  it('lets a change and a restore take turns, whichever is first', async () => {
    await applyInPlace(await customised('x'), path)
    const [change, restoring] = await Promise.allSettled([
      applyInPlace(await customised(new Uint8Array(500_000).fill(4)), path),
      restore(path),
    ])
    expect(restoring.status).toBe('fulfilled')
    if (change.status === 'rejected') expect(change.reason).toMatchObject({ code: 'input/changed' })
    expect(await isOriginal()).toBe(true)
    expect(await readdir(directory)).toEqual(['image.iso'])
  })

  it('refuses a file that the image was not made from, or that changed', async () => {
    const image = await customised('x')
    await copyFile(path, join(directory, 'other.iso'))
    await expect(applyInPlace(image, join(directory, 'other.iso'))).rejects.toMatchObject({ code: 'argument/invalid' })
    await writeFile(path, original)
    await truncate(path, original.length - 1)
    await expect(applyInPlace(image, path)).rejects.toMatchObject({ code: 'input/changed' })
    expect((await readdir(directory)).sort()).toEqual(['image.iso', 'other.iso'])
  })
})

describe('restore', () => {
  it('says that there is nothing to restore', async () => {
    await expect(restore(path)).rejects.toMatchObject({ code: 'input/not-found' })
  })

  it('touches nothing when the undo record is damaged', async () => {
    await applyInPlace(await customised('x'), path)
    const applied = await readFile(path)
    const undo = await readFile(undoPath(path))
    for (let at = 0; at < undo.length; at += 997) {
      const damaged = Uint8Array.from(undo)
      damaged[at] = (damaged[at] ?? 0) ^ 1
      await writeFile(undoPath(path), damaged)
      await expect(restore(path)).rejects.toMatchObject({ code: 'iso/damaged-undo' })
    }
    await writeFile(undoPath(path), undo.subarray(0, 100))
    await expect(restore(path)).rejects.toMatchObject({ code: 'iso/damaged-undo' })
    expect(Buffer.compare(await readFile(path), applied)).toBe(0)
  })

  it('touches nothing when the image is another one', async () => {
    await applyInPlace(await customised('x'), path)
    const other = join(directory, 'other')
    await writeFile(other, await fixtureBytes('genisoimage-rock-ridge'))
    await rename(other, path)
    await expect(restore(path)).rejects.toMatchObject({ code: 'iso/damaged-undo' })
    expect(Buffer.compare(await readFile(path), await fixtureBytes('genisoimage-rock-ridge'))).toBe(0)
  })
})
