import { describe, expect, it } from 'vitest'
import type { ByteSource } from '../../../bytes/byte-source.js'
import { memorySource } from '../../../bytes/memory-source.js'
import { zeroSource } from '../../../bytes/zero-source.js'
import { readGpt } from '../../partitions/index.js'
import { partitionRanges } from '../system-area/read-system-area.js'
import { type Fixture, fixture } from '../testing/fixtures.js'
import { remaster } from './remaster.js'

const SIZE = 3_000_000
const large = () => new Map([['/large', zeroSource(SIZE)]])
const small = () => new Map([['/config.yaml', memorySource('config.yaml', '#cloud-config\n')]])

/** The partitions of one table, as number to first byte and byte behind the end. */
async function partitionsOf(image: Awaited<ReturnType<typeof remaster>>, table: 'mbr' | 'gpt' | 'apple') {
  return partitionRanges(image.volume.systemArea)
    .filter((range) => range.table === table)
    .map(({ number, offset, length }) => [number, offset, offset + length])
}

const gptProblemsOf = async (source: ByteSource) => (await readGpt(source)).problems

describe('partition tables of a remastered image that has grown', () => {
  it.each<Fixture>(['xorriso-isohybrid', 'xorriso-appended-esp', 'xorriso-hfsplus'])(
    'have two good copies of the GPT in %s, the backup in the last sector',
    async (name) => {
      const base = await fixture(name)
      const image = await remaster(base, { files: large() })
      expect(image.size).toBeGreaterThan(base.size + SIZE)
      // isohybrid's first partition overlaps by design.
      const lies = (await gptProblemsOf(base)).filter((problem) => /overlap/.test(problem))
      expect((await gptProblemsOf(image)).filter((problem) => !/^partition 1: sectors between/.test(problem))).toEqual(
        lies,
      )
      const { gpt } = await readGpt(image)
      expect(gpt.diskSectors).toBe(image.size / 512)
    },
  )

  it('have an isohybrid partition that covers the new end, which is a whole cylinder', async () => {
    const image = await remaster(await fixture('xorriso-isohybrid'), { files: large() })
    expect(image.size % 2 ** 20).toBe(0)
    expect((await partitionsOf(image, 'mbr'))[0]).toEqual([1, 0, image.size])
    const mbr = image.volume.systemArea.mbr?.partitions[0]
    expect(mbr?.lastChs).toEqual({ cylinder: image.size / 2 ** 20 - 1, head: 63, sector: 32 })
    const [, , end = 0] = (await partitionsOf(image, 'gpt'))[0] ?? []
    const { extents } = await image.stat('/large')
    expect(end).toBeGreaterThanOrEqual((extents[0]?.offset ?? 0) + SIZE)
  })

  it('stretch a first partition that nothing follows, and what its own descriptors say', async () => {
    const image = await remaster(await fixture('xorriso-partition-offset'), { files: large() })
    expect((await partitionsOf(image, 'mbr'))[0]).toEqual([1, 32768, image.size])
    const [set] = image.volume.partitionDescriptors
    expect(set?.primary.descriptor.volumeSpaceSize).toBe(image.size / 2048 - 16)
    expect(image.warnings).toEqual([])
  })

  it('give blocks behind an appended partition a partition of their own, without overlap', async () => {
    const base = await remaster(await fixture('xorriso-appended-esp'), { files: small() })
    const image = await remaster(await fixture('xorriso-appended-esp'), { files: large() })
    const before = await partitionsOf(base, 'gpt')
    const after = await partitionsOf(image, 'gpt')
    expect(after.slice(0, 2)).toEqual(before)
    const { extents } = await image.stat('/large')
    const [, first = 0, end = 0] = after[2] ?? []
    expect(first).toBeGreaterThanOrEqual(before[1]?.[2] ?? 0)
    expect(end).toBeGreaterThanOrEqual((extents[0]?.offset ?? 0) + SIZE)
  })

  it('stretch the last gap of an Apple partition map', async () => {
    const image = await remaster(await fixture('xorriso-hfsplus'), { files: large() })
    const apple = await partitionsOf(image, 'apple')
    expect(apple.at(-1)?.[2]).toBe(image.size)
  })
})

describe('a first partition that another one follows', () => {
  it('gets a cloud config inside, in all trees, and nothing moves', async () => {
    const base = await fixture('xorriso-appended-esp')
    const image = await remaster(base, { files: small() })
    expect(image.size).toBe(base.size)
    const [, first = 0, end = 0] = (await partitionsOf(image, 'gpt'))[0] ?? []
    const { extents } = await image.stat('/config.yaml')
    expect(extents[0]?.offset).toBeGreaterThanOrEqual(first)
    expect(extents[0]?.offset).toBeLessThan(end)
    expect(image.volume.partitionDescriptors).toHaveLength(1)
    expect(image.warnings).toEqual([])
  })

  it('stops showing the volume, with a warning, when the new files have no room in it', async () => {
    const image = await remaster(await fixture('xorriso-appended-esp'), { files: large() })
    expect(image.volume.partitionDescriptors).toEqual([])
    expect(image.warnings).toEqual([expect.stringContaining('no room inside the first partition')])
  })
})
