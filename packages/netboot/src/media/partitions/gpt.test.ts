import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memorySource } from '../../bytes/memory-source.js'
import { createGpt, encodeGpt, type Gpt } from './gpt.js'
import { decodeGptEntry, encodeGptEntry } from './gpt-entry.js'
import { decodeGptHeader } from './gpt-header.js'
import { resizeGpt } from './gpt-resize.js'
import { decodeGuid, guidFromDigest, PartitionType } from './guid.js'
import { readGpt, verifyGpt } from './read-gpt.js'

const guid = (seed: number) => guidFromDigest(new Uint8Array(16).fill(seed))
const partition = (firstSector: number, lastSector: number, seed = firstSector) => ({
  type: PartitionType.basicData,
  guid: guid(seed),
  firstSector,
  lastSector,
})

function diskOf(gpt: Gpt, bytes = gpt.diskSectors * gpt.sectorSize): Uint8Array {
  const disk = new Uint8Array(bytes)
  const { primary, backup } = encodeGpt(gpt)
  for (const extent of [...primary, backup]) disk.set(extent.bytes, extent.offset)
  return disk
}

function flip(disk: Uint8Array, at: number): void {
  disk[at] = (disk[at] ?? 0) ^ 1
}

const example = createGpt({
  diskSectors: 4096,
  diskGuid: guid(1),
  partitions: [
    { ...partition(64, 1023), attributes: 1n << 60n, name: 'ISO 9660 – données' },
    undefined,
    { ...partition(1024, 2047), type: PartitionType.efiSystem, name: 'EFI' },
  ],
})

describe('GPT entry', () => {
  it('comes back as it was, with a name of 36 characters', () => {
    fc.assert(
      fc.property(
        fc.record({
          type: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(decodeGuid),
          guid: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(decodeGuid),
          firstSector: fc.maxSafeNat(),
          lastSector: fc.maxSafeNat(),
          attributes: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
          name: fc
            .string({ maxLength: 36, unit: 'binary' })
            .filter((name) => name.length <= 36 && !name.includes('\0')),
        }),
        (entry) => {
          fc.pre(entry.type !== PartitionType.unused)
          expect(decodeGptEntry(encodeGptEntry(entry))).toEqual(entry)
        },
      ),
    )
  })

  it('refuses a name of 37 characters instead of cutting it', () => {
    expect(() => encodeGptEntry({ ...partition(64, 65), name: 'x'.repeat(37) })).toThrow(/at most 36/)
  })

  it('is damaged when it is cut off', () => {
    const bytes = encodeGptEntry(partition(64, 65))
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeGptEntry(bytes.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'partition/damaged' }),
      )
    }
  })
})

describe('GPT', () => {
  it('comes back from a disk as it was written', async () => {
    const reading = await readGpt(memorySource('disk', diskOf(example)))
    expect(reading.problems).toEqual([])
    expect(reading.copy).toBe('primary')
    expect(diskOf(reading.gpt)).toEqual(diskOf(example))
  })

  it('comes back for disks of any sector size and any partitions that fit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(512, 2048, 4096),
        fc.uniqueArray(fc.integer({ min: 40, max: 900 }), { maxLength: 8 }),
        async (sectorSize, starts) => {
          const sorted = starts.toSorted((a, b) => a - b)
          const partitions = sorted.map((start, index) => partition(start, (sorted[index + 1] ?? 901) - 1, index))
          const gpt = createGpt({ diskSectors: 1000, diskGuid: guid(9), sectorSize, partitions })
          const read = await verifyGpt(memorySource('disk', diskOf(gpt)), { sectorSize })
          expect(read.partitions.map((each) => each?.firstSector)).toEqual(sorted)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('is read from the backup when the primary copy is damaged, and says so', async () => {
    const disk = diskOf(example)
    flip(disk, 512 + 60)
    const reading = await readGpt(memorySource('disk', disk))
    expect(reading.copy).toBe('backup')
    expect(reading.problems).toEqual([expect.stringMatching(/primary copy cannot be used: GPT header: CRC32/)])
    expect(diskOf(reading.gpt)).toEqual(diskOf(example))
  })

  it('names a damaged backup and a disk that is larger than the table', async () => {
    const damaged = diskOf(example)
    flip(damaged, damaged.length - 512 - 5)
    expect((await readGpt(memorySource('disk', damaged))).problems).toEqual([
      expect.stringMatching(/backup cannot be used: GPT entries: the CRC32/),
    ])
    const larger = memorySource('disk', diskOf(example, 8192 * 512))
    expect((await readGpt(larger)).problems).toEqual([expect.stringMatching(/last sector 8191 expected, sector 4095/)])
    await expect(verifyGpt(larger)).rejects.toMatchObject({ code: 'partition/damaged' })
  })

  it('is not found on a disk without one, and damaged when both copies are', async () => {
    await expect(readGpt(memorySource('disk', new Uint8Array(64 * 512)))).rejects.toMatchObject({
      code: 'partition/not-found',
    })
    await expect(readGpt(memorySource('disk', new Uint8Array(100)))).rejects.toMatchObject({
      code: 'partition/damaged',
    })
    const disk = diskOf(example)
    flip(disk, 512 + 60)
    flip(disk, disk.length - 512 + 60)
    await expect(readGpt(memorySource('disk', disk))).rejects.toMatchObject({ code: 'partition/damaged' })
  })

  it('never fails in another way than by its two codes, however a disk is damaged', async () => {
    const sound = diskOf(createGpt({ diskSectors: 100, diskGuid: guid(1), partitions: [partition(40, 60)] }))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 30 }),
        fc.nat(sound.length),
        async (changes, length) => {
          const disk = sound.slice()
          for (const [at, value] of changes) disk[at] = value
          const reading = readGpt(memorySource('disk', disk.subarray(0, length)))
          await reading.catch((error) => expect(error.code).toMatch(/^partition\//))
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('does not read a million entries because a header says so', async () => {
    const gpt = { ...example, entryCount: 2 ** 31, entryBytes: 128 }
    const header = encodeGpt({ ...example, partitions: [] }).primary[0]?.bytes as Uint8Array
    const view = new DataView(header.buffer)
    view.setUint32(80, gpt.entryCount, true)
    view.setUint32(16, 0, true)
    view.setUint32(16, crc32(header.subarray(0, 92)), true)
    expect(decodeGptHeader(header).entryCount).toBe(2 ** 31)
    const disk = new Uint8Array(4096 * 512)
    disk.set(header, 512)
    await expect(readGpt(memorySource('disk', disk))).rejects.toThrow(/at most 1048576 bytes of entries/)
  })

  it('is refused when partitions overlap or leave the usable sectors', () => {
    const make = (...partitions: Gpt['partitions']) => createGpt({ diskSectors: 1000, diskGuid: guid(1), partitions })
    expect(() => make(partition(100, 500), partition(200, 210), partition(300, 310))).toThrow(/1 and 2 overlap/)
    expect(() => make(partition(33, 100))).toThrow(/between 34 and 966 expected, 33 to 100 found/)
    expect(() => make(partition(900, 967))).toThrow(/between 34 and 966/)
    expect(() => make(partition(200, 100))).toThrow(/partition 1/)
    expect(() => createGpt({ diskSectors: 40, diskGuid: guid(1), partitions: [partition(34, 34)] })).toThrow(/GPT/)
  })
})

describe('a GPT whose disk grows', () => {
  it('has its backup at the new end, its partitions where they were, and is sound', async () => {
    const grown = resizeGpt(example, 10_000)
    const disk = memorySource('disk', diskOf(grown))
    const read = await verifyGpt(disk)
    expect(read.lastUsableSector).toBe(10_000 - 34)
    expect(read.partitions).toEqual((await readGpt(memorySource('disk', diskOf(example)))).gpt.partitions)
  })

  it('is refused where a partition would be cut', () => {
    expect(() => resizeGpt(example, 2048 + 32)).toThrow(/holds partition 3/)
    const reversed = { ...example, partitions: example.partitions.toReversed() }
    expect(() => resizeGpt(reversed, 2048 + 32)).toThrow(/holds partition 1/)
  })
})
