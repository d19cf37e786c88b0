import { crc32 } from 'node:zlib'
import { KairosError } from '@kairos-sdk/core'
import type { ByteSource } from '../../bytes/byte-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import { overlaySource, type PatchedExtent } from '../../bytes/overlay-source.js'
import { zeroSource } from '../../bytes/zero-source.js'
import { imageDate } from '../source-date.js'
import { type ClusterRun, encodeAllocationTable } from './allocation-table.js'
import {
  BACKUP_BOOT_SECTOR,
  encodeFatBootSector,
  encodeFsInformation,
  FAT32_ROOT_CLUSTER,
  FS_INFORMATION_SECTOR,
} from './boot-sector.js'
import { encodeDirectoryEntry, encodeLongName, FatAttribute } from './directory.js'
import {
  FAT_COPIES,
  FAT_SECTOR_BYTES,
  type FatDemand,
  type FatGeometry,
  type FatType,
  geometryOfSize,
  smallestGeometry,
} from './geometry.js'
import { type FatDirectory, type FatEntry, type FatFile, fatTree } from './tree.js'

export interface FatImageOptions {
  readonly entries: Iterable<FatEntry>
  /** For messages. Default `fat.img`. */
  readonly name?: string
  /** At most 11 characters out of those that short names can have, and spaces. Default: none. */
  readonly label?: string
  /** Serial number, 32 bits. Default: made from the names and sizes of what is inside, so that it is reproducible. */
  readonly volumeId?: number
  /** Bytes of the image, a multiple of 16,384. Default: as small as possible. */
  readonly size?: number
  /** Bytes to leave free at least. Default 0. */
  readonly freeBytes?: number
  /** Default: the one that makes the smallest image. */
  readonly type?: FatType
  /** Date of the image, see the environment variable `SOURCE_DATE_EPOCH`. Default: that, else now. */
  readonly date?: Date
}

export interface FatImage extends ByteSource {
  readonly type: FatType
  readonly clusterBytes: number
  readonly freeBytes: number
  readonly volumeId: number
}

interface Placement {
  readonly node: FatDirectory | FatFile
  readonly run: ClusterRun
}

const LABEL = /^[A-Z0-9 !#$%&'()\-@^_`{}~]{1,11}$/
const NO_LABEL = 'NO NAME'

/**
 * Makes a FAT12, FAT16 or FAT32 file system with long names (Microsoft FAT specification 1.03) that holds the entries.
 * File contents are read only when the image is: it costs memory for its tables and directories. The same entries and
 * options give the same bytes.
 *
 * @throws KairosError `fat/invalid-entry`, `fat/no-room`, `argument/invalid`
 */
export function fatImage(options: FatImageOptions): FatImage {
  const { name = 'fat.img', label } = options
  if (label !== undefined && !LABEL.test(label)) {
    throw new KairosError(
      'argument/invalid',
      `FAT volume label: 1 to 11 characters A-Z 0-9 ! # $ % & ' ( ) - @ ^ _ \` { } ~ expected, ${JSON.stringify(label)} found.`,
    )
  }
  const date = imageDate(options.date)
  const root = fatTree(options.entries, date, label !== undefined)
  const demand = demandOf(root, options.freeBytes ?? 0)
  const geometry =
    options.size === undefined
      ? smallestGeometry(demand, options.type)
      : geometryOfSize(demand, options.size, options.type)

  const places = place(root, geometry)
  const volumeId = options.volumeId ?? volumeIdOf(root, label ?? '')
  const used = places.reduce((sum, { run }) => sum + run.count, 0)
  const extents = [
    ...systemExtents(geometry, { volumeId, label: label ?? NO_LABEL, used, runs: places.map(({ run }) => run) }),
    ...contentExtents(root, places, geometry, label, date),
  ]
  const size = geometry.totalSectors * FAT_SECTOR_BYTES
  const image = overlaySource(name, zeroSource(size), extents, size)
  return {
    name,
    size,
    type: geometry.type,
    clusterBytes: geometry.clusterBytes,
    freeBytes: (geometry.clusters - used) * geometry.clusterBytes,
    volumeId,
    read: image.read,
  }
}

function demandOf(root: FatDirectory, freeBytes: number): FatDemand {
  const fileBytes: number[] = []
  const directoryBytes: number[] = []
  const visit = (directory: FatDirectory) => {
    for (const { node } of directory.children) {
      if (node.type === 'file') fileBytes.push(node.source?.size ?? 0)
      else {
        directoryBytes.push(node.bytes)
        visit(node)
      }
    }
  }
  visit(root)
  // An empty root of FAT32 still takes a cluster.
  return { fileBytes, directoryBytes, rootBytes: Math.max(root.bytes, 1), freeBytes }
}

/** Gives out clusters: all directories first, so that looking a path up touches one place, then files. */
function place(root: FatDirectory, geometry: FatGeometry): Placement[] {
  const directories: FatDirectory[] = []
  const files: FatFile[] = []
  const visit = (directory: FatDirectory) => {
    directories.push(directory)
    for (const { node } of directory.children) {
      if (node.type === 'file') files.push(node)
      else visit(node)
    }
  }
  visit(root)
  const inClusters = geometry.type === 32 ? directories : directories.slice(1)
  let next = FAT32_ROOT_CLUSTER
  return [...inClusters, ...files].map((node) => {
    const bytes = node.type === 'file' ? (node.source?.size ?? 0) : Math.max(node.bytes, 1)
    const run = { first: next, count: Math.ceil(bytes / geometry.clusterBytes) }
    next += run.count
    return { node, run }
  })
}

function systemExtents(
  geometry: FatGeometry,
  volume: { volumeId: number; label: string; used: number; runs: readonly ClusterRun[] },
): PatchedExtent[] {
  const at = (sector: number, bytes: Uint8Array) => ({
    offset: sector * FAT_SECTOR_BYTES,
    source: memorySource('FAT file system', bytes),
  })
  const bootSector = encodeFatBootSector({ geometry, volumeId: volume.volumeId, label: volume.label })
  const table = encodeAllocationTable(geometry, volume.runs)
  const extents = [at(0, bootSector)]
  for (let copy = 0; copy < FAT_COPIES; copy++) {
    extents.push(at(geometry.reservedSectors + copy * geometry.tableSectors, table))
  }
  if (geometry.type === 32) {
    const information = encodeFsInformation(geometry.clusters - volume.used, FAT32_ROOT_CLUSTER + volume.used)
    extents.push(at(FS_INFORMATION_SECTOR, information), at(BACKUP_BOOT_SECTOR, bootSector))
    extents.push(at(BACKUP_BOOT_SECTOR + FS_INFORMATION_SECTOR, information))
  }
  return extents
}

function contentExtents(
  root: FatDirectory,
  places: readonly Placement[],
  geometry: FatGeometry,
  label: string | undefined,
  date: Date,
): PatchedExtent[] {
  const runs = new Map(places.map(({ node, run }) => [node, run]))
  const offsetOf = (cluster: number) =>
    (geometry.dataSector + (cluster - 2) * geometry.sectorsPerCluster) * FAT_SECTOR_BYTES
  const clusterOf = (node: FatDirectory | FatFile) => {
    const run = runs.get(node)
    return run && run.count > 0 ? run.first : 0
  }
  const extents: PatchedExtent[] = []
  const visit = (directory: FatDirectory, parentCluster: number) => {
    const cluster = clusterOf(directory)
    const offset = cluster > 0 ? offsetOf(cluster) : geometry.rootSector * FAT_SECTOR_BYTES
    const head =
      directory === root
        ? labelEntry(label, date)
        : [dotEntry('.', cluster, directory.date), dotEntry('..', parentCluster, directory.date)]
    const bytes = Buffer.concat([...head, ...directory.children.flatMap((child) => entriesOf(child, clusterOf))])
    extents.push({ offset, source: memorySource('FAT directory', new Uint8Array(bytes)) })
    for (const { node } of directory.children) {
      // ".." of a directory in the root says cluster 0, wherever the root is.
      if (node.type === 'directory') visit(node, directory === root ? 0 : cluster)
      else if (node.source && node.source.size > 0) {
        extents.push({ offset: offsetOf(clusterOf(node)), source: node.source })
      }
    }
  }
  visit(root, 0)
  return extents
}

function labelEntry(label: string | undefined, date: Date): Uint8Array[] {
  if (label === undefined) return []
  const short = label.padEnd(11)
  return [encodeDirectoryEntry({ short, attributes: FatAttribute.volumeLabel, firstCluster: 0, size: 0, date })]
}

function dotEntry(short: string, firstCluster: number, date: Date): Uint8Array {
  return encodeDirectoryEntry({ short, attributes: FatAttribute.directory, firstCluster, size: 0, date })
}

function entriesOf(child: FatDirectory['children'][number], clusterOf: (node: FatDirectory | FatFile) => number) {
  const { names, node } = child
  const entry = encodeDirectoryEntry({
    short: names.short,
    attributes: node.type === 'file' ? FatAttribute.archive : FatAttribute.directory,
    firstCluster: clusterOf(node),
    size: node.type === 'file' ? (node.source?.size ?? 0) : 0,
    date: node.date,
  })
  return names.long === undefined ? [entry] : [encodeLongName(names.long, names.short), entry]
}

function volumeIdOf(root: FatDirectory, label: string): number {
  const digest = (directory: FatDirectory, before: number): number =>
    directory.children.reduce((sum, { names, node }) => {
      const size = node.type === 'file' ? `${node.source?.size ?? 0}` : '/'
      const own = crc32(`${names.long ?? names.short}\0${size}\0`, sum)
      return node.type === 'directory' ? crc32('\0', digest(node, own)) : own
    }, before)
  return digest(root, crc32(label))
}
