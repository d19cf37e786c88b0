import { KairosError } from '@kairos-sdk/core'

export const FAT_SECTOR_BYTES = 512
/** Two copies of the table: some programs take fewer for damage. */
export const FAT_COPIES = 2
/** Sectors of a track. Programs that still count in them (mtools) want whole ones. */
export const SECTORS_PER_TRACK = 32
/** Entries of the fixed root directory of FAT12 and FAT16. */
const ROOT_ENTRIES = 512

export type FatType = 12 | 16 | 32

/** Where everything lies, in sectors of 512 bytes. */
export interface FatGeometry {
  readonly type: FatType
  readonly sectorsPerCluster: number
  readonly clusterBytes: number
  readonly totalSectors: number
  readonly reservedSectors: number
  /** Sectors of one copy of the table. */
  readonly tableSectors: number
  /** 0 with FAT32, whose root directory lies in clusters. */
  readonly rootEntries: number
  readonly rootSector: number
  /** Sector of cluster 2, the first. */
  readonly dataSector: number
  /** Number of clusters; the last has the number `clusters + 1`. */
  readonly clusters: number
}

/** What is to be stored: bytes of each file and each directory but the root, and of the root. */
export interface FatDemand {
  readonly fileBytes: readonly number[]
  readonly directoryBytes: readonly number[]
  readonly rootBytes: number
  /** Bytes to be left free. */
  readonly freeBytes: number
}

/**
 * The number of clusters says which FAT it is (Microsoft FAT specification 1.03, "FAT Type Determination"), and some
 * programs count wrongly by a few: as the specification advises, the counts next to the bounds are avoided.
 */
const CLUSTERS: Readonly<Record<FatType, { readonly least: number; readonly most: number }>> = {
  12: { least: 1, most: 4085 - 16 },
  16: { least: 4085 + 16, most: 65525 - 16 },
  32: { least: 65525 + 16, most: 0x0fffffef },
}

const CLUSTER_SECTORS = [64, 32, 16, 8, 4, 2, 1]
const MAX_SECTORS = 0xffffffff

/**
 * The smallest file system that holds the demand; of equal ones that with the largest clusters.
 *
 * @param type - to force one; FAT32 then takes at least 33 MiB
 * @throws KairosError `fat/no-room` when no FAT file system is large enough
 */
export function smallestGeometry(demand: FatDemand, type?: FatType): FatGeometry {
  let best: FatGeometry | undefined
  for (const candidate of type ? [type] : ([12, 16, 32] as const)) {
    for (const sectorsPerCluster of CLUSTER_SECTORS) {
      const geometry = smallestOf(demand, candidate, sectorsPerCluster)
      if (geometry && (!best || geometry.totalSectors < best.totalSectors)) best = geometry
    }
  }
  if (!best) {
    throw new KairosError('fat/no-room', `FAT image: content that fits ${nameOf(type)} expected, more found.`)
  }
  return best
}

/**
 * The file system of a given size that leaves the most free.
 *
 * @param bytes - a multiple of 16 KiB (32 sectors of a track)
 * @throws KairosError `argument/invalid` for another size, `fat/no-room` when the demand does not fit
 */
export function geometryOfSize(demand: FatDemand, bytes: number, type?: FatType): FatGeometry {
  const track = SECTORS_PER_TRACK * FAT_SECTOR_BYTES
  if (!Number.isSafeInteger(bytes) || bytes < track || bytes % track !== 0) {
    throw new KairosError(
      'argument/invalid',
      `FAT image: a size in multiples of ${track} bytes expected, ${bytes} found.`,
    )
  }
  let best: FatGeometry | undefined
  let mostFree = -1
  for (const candidate of type ? [type] : ([12, 16, 32] as const)) {
    for (const sectorsPerCluster of CLUSTER_SECTORS) {
      const geometry = geometryOf(candidate, sectorsPerCluster, bytes / FAT_SECTOR_BYTES, demand)
      const free = geometry ? (geometry.clusters - clustersOf(demand, geometry)) * geometry.clusterBytes : -1
      if (free > mostFree) {
        best = geometry
        mostFree = free
      }
    }
  }
  if (!best) {
    throw new KairosError('fat/no-room', `FAT image: content that fits ${bytes} bytes as ${nameOf(type)} expected.`, {
      hint: 'Leave the size out to get an image that is large enough.',
    })
  }
  return best
}

/** Clusters that a demand takes in a file system. */
export function clustersOf(
  demand: FatDemand,
  { type, clusterBytes }: Pick<FatGeometry, 'type' | 'clusterBytes'>,
): number {
  const count = (sizes: readonly number[]) => sizes.reduce((sum, size) => sum + Math.ceil(size / clusterBytes), 0)
  const root = type === 32 ? [demand.rootBytes] : []
  return (
    count(demand.fileBytes) + count(demand.directoryBytes) + count(root) + Math.ceil(demand.freeBytes / clusterBytes)
  )
}

function smallestOf(demand: FatDemand, type: FatType, sectorsPerCluster: number): FatGeometry | undefined {
  const clusterBytes = sectorsPerCluster * FAT_SECTOR_BYTES
  const wanted = Math.max(clustersOf(demand, { type, clusterBytes }), CLUSTERS[type].least)
  if (wanted > CLUSTERS[type].most) return undefined
  const { reservedSectors, rootEntries } = fixedParts(type, demand)
  const fixed = reservedSectors + (rootEntries * 32) / FAT_SECTOR_BYTES + FAT_COPIES * tableSectorsFor(type, wanted)
  let totalSectors = Math.ceil((fixed + wanted * sectorsPerCluster) / SECTORS_PER_TRACK) * SECTORS_PER_TRACK
  // Rounding up may make room for clusters that need one more sector of table, which then takes their place.
  for (; totalSectors <= MAX_SECTORS; totalSectors += SECTORS_PER_TRACK) {
    const geometry = geometryOf(type, sectorsPerCluster, totalSectors, demand)
    if (geometry && geometry.clusters >= wanted) return geometry
    if (!geometry) return undefined
  }
  return undefined
}

/** The geometry of a size; `undefined` when it would be another FAT, or too small for the demand's root directory. */
function geometryOf(
  type: FatType,
  sectorsPerCluster: number,
  totalSectors: number,
  demand: FatDemand,
): FatGeometry | undefined {
  if (totalSectors > MAX_SECTORS) return undefined
  const { reservedSectors, rootEntries } = fixedParts(type, demand)
  const rootSectors = (rootEntries * 32) / FAT_SECTOR_BYTES
  let tableSectors = 1
  for (;;) {
    const dataSectors = totalSectors - reservedSectors - rootSectors - FAT_COPIES * tableSectors
    const clusters = Math.floor(dataSectors / sectorsPerCluster)
    if (clusters < CLUSTERS[type].least) return undefined
    const needed = tableSectorsFor(type, clusters)
    if (needed > tableSectors) {
      tableSectors = needed
      continue
    }
    if (clusters > CLUSTERS[type].most) return undefined
    const rootSector = reservedSectors + FAT_COPIES * tableSectors
    return {
      type,
      sectorsPerCluster,
      clusterBytes: sectorsPerCluster * FAT_SECTOR_BYTES,
      totalSectors,
      reservedSectors,
      tableSectors,
      rootEntries,
      rootSector,
      dataSector: rootSector + rootSectors,
      clusters,
    }
  }
}

function fixedParts(type: FatType, demand: FatDemand): { reservedSectors: number; rootEntries: number } {
  if (type === 32) return { reservedSectors: 32, rootEntries: 0 }
  const needed = Math.ceil(demand.rootBytes / FAT_SECTOR_BYTES) * (FAT_SECTOR_BYTES / 32)
  return { reservedSectors: 1, rootEntries: Math.max(ROOT_ENTRIES, needed) }
}

/** Sectors of a table for this many clusters; the first two entries stand for none. */
function tableSectorsFor(type: FatType, clusters: number): number {
  return Math.ceil(Math.ceil(((clusters + 2) * type) / 8) / FAT_SECTOR_BYTES)
}

function nameOf(type: FatType | undefined): string {
  return type === undefined ? 'a FAT file system' : `FAT${type}`
}
