import { crc32 } from 'node:zlib'
import { KairosError } from '@kairos-sdk/core'
import { encodeGptEntry, GPT_ENTRY_BYTES, type GptPartition } from './gpt-entry.js'
import { encodeGptHeader } from './gpt-header.js'
import { PartitionType } from './guid.js'

/** A GUID partition table, as a value: both copies on the disk are made from it. */
export interface Gpt {
  /** Bytes of a sector of the disk. */
  readonly sectorSize: number
  /** Size of the disk that the table was made for, in sectors. */
  readonly diskSectors: number
  readonly diskGuid: string
  readonly firstUsableSector: number
  readonly lastUsableSector: number
  /** Where the primary copy's entries begin: 2, unless something else stands there. */
  readonly entriesSector: number
  /** How many entries there is room for. */
  readonly entryCount: number
  readonly entryBytes: number
  /** Partition 1 first; an unused entry is `undefined`. Entries past the last one given are unused. */
  readonly partitions: readonly (GptPartition | undefined)[]
}

export interface GptOptions {
  readonly diskSectors: number
  readonly diskGuid: string
  readonly partitions: readonly (GptPartition | undefined)[]
  /** Default 512 bytes. */
  readonly sectorSize?: number
  /** Default 128. */
  readonly entryCount?: number
}

/** Bytes that go to a place on the disk. */
export interface DiskExtent {
  /** Bytes from the start of the disk. */
  readonly offset: number
  readonly bytes: Uint8Array
}

/** Sectors of the entry array of a table. */
export function entriesSectors(table: Pick<Gpt, 'entryCount' | 'entryBytes' | 'sectorSize'>): number {
  return Math.ceil((table.entryCount * table.entryBytes) / table.sectorSize)
}

/**
 * Sectors that the backup takes at the end of a disk: entries and header.
 *
 * @param sectorSize - default 512 bytes
 */
export function gptBackupSectors(sectorSize = 512, entryCount = 128): number {
  return entriesSectors({ entryCount, entryBytes: GPT_ENTRY_BYTES, sectorSize }) + 1
}

/**
 * Lays out a partition table for a disk (UEFI Specification 2.10 section 5.3): the primary copy from sector 1, the backup
 * at the end of the disk.
 *
 * @throws KairosError `argument/invalid` when partitions overlap or do not fit
 */
export function createGpt(options: GptOptions): Gpt {
  const { diskSectors, diskGuid, partitions, sectorSize = 512, entryCount = 128 } = options
  const entries = entriesSectors({ entryCount, entryBytes: GPT_ENTRY_BYTES, sectorSize })
  const gpt: Gpt = {
    sectorSize,
    diskSectors,
    diskGuid,
    firstUsableSector: 2 + entries,
    lastUsableSector: diskSectors - entries - 2,
    entriesSector: 2,
    entryCount,
    entryBytes: GPT_ENTRY_BYTES,
    partitions,
  }
  const [problem] = gptProblems(gpt)
  if (problem) throw new KairosError('argument/invalid', `GPT: ${problem}.`)
  return gpt
}

/**
 * The bytes of both copies, without the MBR in sector 0.
 *
 * @throws KairosError `argument/invalid` for a value that does not fit its field
 */
export function encodeGpt(gpt: Gpt): { readonly primary: readonly DiskExtent[]; readonly backup: DiskExtent } {
  const { sectorSize } = gpt
  const entries = new Uint8Array(gpt.entryCount * gpt.entryBytes)
  gpt.partitions.forEach((partition, index) => {
    if (partition) entries.set(encodeGptEntry(partition), index * gpt.entryBytes)
  })
  const size = entriesSectors(gpt)
  const last = gpt.diskSectors - 1
  const common = {
    firstUsableSector: gpt.firstUsableSector,
    lastUsableSector: gpt.lastUsableSector,
    diskGuid: gpt.diskGuid,
    entryCount: gpt.entryCount,
    entryBytes: gpt.entryBytes,
    entriesCrc32: crc32(entries),
  }
  const primaryHeader = encodeGptHeader({
    ...common,
    currentSector: 1,
    otherSector: last,
    entriesSector: gpt.entriesSector,
  })
  const backupHeader = encodeGptHeader({
    ...common,
    currentSector: last,
    otherSector: 1,
    entriesSector: last - size,
  })
  const primarySector = new Uint8Array(sectorSize)
  primarySector.set(primaryHeader)
  const backup = new Uint8Array((size + 1) * sectorSize)
  backup.set(entries)
  backup.set(backupHeader, size * sectorSize)
  return {
    primary: [
      { offset: sectorSize, bytes: primarySector },
      { offset: gpt.entriesSector * sectorSize, bytes: entries },
    ],
    backup: { offset: (last - size) * sectorSize, bytes: backup },
  }
}

/** What contradicts itself in a table, as clauses for messages; empty for a sound one. */
export function gptProblems(gpt: Gpt): string[] {
  const problems: string[] = []
  const size = entriesSectors(gpt)
  if (gpt.partitions.length > gpt.entryCount) {
    problems.push(`at most ${gpt.entryCount} partitions expected, ${gpt.partitions.length} found`)
  }
  if (gpt.entriesSector < 2 || gpt.entriesSector + size > gpt.firstUsableSector) {
    problems.push(
      `entries between the header and the first usable sector ${gpt.firstUsableSector} expected, ` +
        `sectors ${gpt.entriesSector} to ${gpt.entriesSector + size - 1} found`,
    )
  }
  if (gpt.lastUsableSector > gpt.diskSectors - size - 2) {
    problems.push(
      `room for the backup behind the last usable sector ${gpt.lastUsableSector} expected, ` +
        `a disk of ${gpt.diskSectors} sectors found`,
    )
  }
  const used = gpt.partitions.flatMap((partition, index) => (partition ? [{ ...partition, number: index + 1 }] : []))
  for (const { number, type, firstSector, lastSector } of used) {
    if (type === PartitionType.unused) problems.push(`partition ${number}: a type expected, the unused one found`)
    if (firstSector > lastSector || firstSector < gpt.firstUsableSector || lastSector > gpt.lastUsableSector) {
      problems.push(
        `partition ${number}: sectors between ${gpt.firstUsableSector} and ${gpt.lastUsableSector} expected, ` +
          `${firstSector} to ${lastSector} found`,
      )
    }
  }
  let before: (typeof used)[number] | undefined
  for (const partition of used.toSorted((a, b) => a.firstSector - b.firstSector)) {
    if (before && before.lastSector >= partition.firstSector) {
      problems.push(`partitions ${before.number} and ${partition.number} overlap`)
    }
    if (!before || partition.lastSector > before.lastSector) before = partition
  }
  return problems
}
