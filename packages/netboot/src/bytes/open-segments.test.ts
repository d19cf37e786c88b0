import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readFully } from './byte-source.js'
import { type FileSource, fileSource } from './file-source.js'
import { memorySource } from './memory-source.js'
import { overlaySource } from './overlay-source.js'

describe('an overlay that is opened for reading', () => {
  let directory: string
  let base: FileSource
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kairos-segments-'))
    await writeFile(
      join(directory, 'base'),
      Uint8Array.from({ length: 1000 }, (_, at) => at % 251),
    )
    base = await fileSource(join(directory, 'base'))
  })
  afterAll(() => rm(directory, { recursive: true }))

  it('gives the same bytes as one that is not, wherever they come from', async () => {
    const extent = fc.record({ gap: fc.nat(300), length: fc.integer({ min: 1, max: 200 }), fill: fc.nat(255) })
    await fc.assert(
      fc.asyncProperty(fc.array(extent, { maxLength: 6 }), fc.nat(1500), fc.nat(1500), async (plan, a, b) => {
        let at = 0
        const extents = plan.map(({ gap, length, fill }) => {
          const offset = at + gap
          at = offset + length
          return { offset, source: memorySource('extent', new Uint8Array(length).fill(fill)) }
        })
        const overlay = overlaySource('overlay', base, extents)
        const [from, to] = [Math.min(a, b, overlay.size), Math.min(Math.max(a, b), overlay.size)]
        const opened = await overlay.openForReading?.()
        const into = new Uint8Array(to - from).fill(0xee)
        await opened?.readInto(into, from)
        await opened?.close()
        expect(Buffer.from(into).equals(await readFully(overlay, from, to - from))).toBe(true)
      }),
    )
  })

  it('notices that its base was changed', async () => {
    const path = join(directory, 'changing')
    await writeFile(path, 'content')
    const overlay = overlaySource('overlay', await fileSource(path), [{ offset: 3, source: memorySource('x', 'x') }])
    const opened = await overlay.openForReading?.()
    await writeFile(path, 'other content')
    await expect(opened?.verify()).rejects.toMatchObject({ code: 'input/changed' })
    await opened?.close()
    await expect(overlay.openForReading?.()).rejects.toMatchObject({ code: 'input/changed' })
  })

  it('is not offered where the base has nothing to gain from it', () => {
    expect(overlaySource('overlay', memorySource('base', 'base'), []).openForReading).toBeUndefined()
  })
})
