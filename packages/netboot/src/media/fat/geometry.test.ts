import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clustersOf, type FatDemand, type FatType, geometryOfSize, smallestGeometry } from './geometry.js'

const KIB = 1024
const MIB = 1024 * KIB
const demand = (...fileBytes: number[]): FatDemand => ({ fileBytes, directoryBytes: [], rootBytes: 64, freeBytes: 0 })

describe('the smallest FAT file system', () => {
  it('is FAT12 for a few megabytes, FAT16 for some more, FAT32 when neither reaches', () => {
    expect(smallestGeometry(demand(2 * MIB)).type).toBe(12)
    expect(smallestGeometry(demand(900 * MIB)).type).toBe(16)
    expect(smallestGeometry(demand(3 * 1024 * MIB)).type).toBe(32)
  })

  it('wastes less than two percent and 64 KiB on one large file', () => {
    for (const bytes of [100, 3 * MIB, 33 * MIB, 500 * MIB, 4095 * MIB]) {
      const { totalSectors } = smallestGeometry(demand(bytes))
      expect(totalSectors * 512).toBeLessThan(bytes * 1.02 + 64 * KIB)
    }
  })

  it('takes at least the clusters that make FAT32 what it is when FAT32 is asked for', () => {
    const geometry = smallestGeometry(demand(10), 32)
    expect(geometry.type).toBe(32)
    expect(geometry.clusters).toBeGreaterThan(65_525)
  })

  it('holds its demand, keeps to the cluster counts of its type, and its tables reach the last cluster', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(300 * MIB), { maxLength: 30 }),
        fc.array(fc.nat(64 * KIB), { maxLength: 10 }),
        fc.integer({ min: 1, max: 100 * KIB }),
        fc.nat(50 * MIB),
        fc.constantFrom<FatType | undefined>(undefined, 12, 16, 32),
        (fileBytes, directoryBytes, rootBytes, freeBytes, type) => {
          const wanted = { fileBytes, directoryBytes, rootBytes, freeBytes }
          let geometry: ReturnType<typeof smallestGeometry>
          try {
            geometry = smallestGeometry(wanted, type)
          } catch (error) {
            expect(error).toMatchObject({ code: 'fat/no-room' })
            // Only what the largest clusters of that type cannot hold; a few numbers of clusters are avoided.
            const most = { 12: 4084, 16: 65_524, 32: 2 ** 28 }[type ?? 32]
            expect(clustersOf(wanted, { type: type ?? 32, clusterBytes: 32 * KIB })).toBeGreaterThan(most - 32)
            return
          }
          expect(clustersOf(wanted, geometry)).toBeLessThanOrEqual(geometry.clusters)
          const [least, most] = { 12: [1, 4084], 16: [4085, 65_524], 32: [65_525, 2 ** 28] }[geometry.type] as [
            number,
            number,
          ]
          expect(geometry.clusters).toBeGreaterThanOrEqual(least)
          expect(geometry.clusters).toBeLessThanOrEqual(most)
          expect((geometry.tableSectors * 512 * 8) / geometry.type).toBeGreaterThanOrEqual(geometry.clusters + 2)
          const end = geometry.dataSector + geometry.clusters * geometry.sectorsPerCluster
          expect(end).toBeLessThanOrEqual(geometry.totalSectors)
          expect(geometry.totalSectors % 32).toBe(0)
          if (geometry.type !== 32) expect(geometry.rootEntries * 32).toBeGreaterThanOrEqual(rootBytes)
        },
      ),
    )
  })
})

describe('a FAT file system of a given size', () => {
  it('has that size', () => {
    for (const bytes of [16 * KIB * 3, 4 * MIB, 64 * MIB, 1024 * MIB]) {
      expect(geometryOfSize(demand(100), bytes).totalSectors * 512).toBe(bytes)
    }
  })

  it('is refused when the demand does not fit, or the size is not whole tracks', () => {
    expect(() => geometryOfSize(demand(4 * MIB), 4 * MIB)).toThrow(expect.objectContaining({ code: 'fat/no-room' }))
    expect(() => geometryOfSize(demand(1), 16 * KIB)).toThrow(expect.objectContaining({ code: 'fat/no-room' }))
    expect(() => geometryOfSize(demand(1), 4 * MIB + 512)).toThrow(
      expect.objectContaining({ code: 'argument/invalid' }),
    )
    expect(() => geometryOfSize(demand(1), 4 * MIB, 32)).toThrow(/as FAT32 expected/)
  })
})
