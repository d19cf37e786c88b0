import { crc32 } from 'node:zlib'
import { KairosError } from '@kairos-sdk/core'
import { type ByteSource, type ReadOptions, readFully } from '../../bytes/byte-source.js'
import { entriesSectors, type Gpt, gptProblems } from './gpt.js'
import { decodeGptEntry, GPT_ENTRY_BYTES, type GptPartition } from './gpt-entry.js'
import { decodeGptHeader, type GptHeader } from './gpt-header.js'

/** More than any program makes (it would be 8,192 partitions), and little enough to read without fear. */
const MAX_ENTRIES_BYTES = 1024 * 1024
const MAX_ENTRY_BYTES = 4096

export interface GptReading {
  readonly gpt: Gpt
  /** The copy that `gpt` was read from. */
  readonly copy: 'primary' | 'backup'
  /** What is wrong with the table or its other copy, as clauses for messages; empty when all is well. */
  readonly problems: readonly string[]
}

export interface ReadGptOptions extends ReadOptions {
  /** Bytes of a sector of the disk. Default 512. */
  readonly sectorSize?: number
}

interface Copy {
  readonly header: GptHeader
  readonly partitions: readonly (GptPartition | undefined)[]
}

/**
 * Reads the partition table of a disk, both copies, and compares them. A damaged primary copy is replaced by the backup in
 * the last sector.
 *
 * @throws KairosError `partition/not-found` when there is no table, `partition/damaged` when there is one but neither
 *   copy can be used, and errors of the source
 */
export async function readGpt(disk: ByteSource, options: ReadGptOptions = {}): Promise<GptReading> {
  const { sectorSize = 512 } = options
  const diskSectors = Math.floor(disk.size / sectorSize)
  const primary = await attempt(disk, 1, sectorSize, options)
  const backupSector = 'header' in primary ? primary.header.otherSector : diskSectors - 1
  const backup = await attempt(disk, backupSector, sectorSize, options)
  const chosen = 'header' in primary ? primary : backup
  if (!('header' in chosen)) {
    if (!('header' in primary) && primary.code === 'partition/not-found' && chosen.code === 'partition/not-found') {
      throw new KairosError('partition/not-found', `${disk.name}: a GUID partition table expected, none found.`)
    }
    throw new KairosError('partition/damaged', `${disk.name}: ${(primary as KairosError).message}`, { cause: primary })
  }
  const { header } = chosen
  const tableSectors = ('header' in primary ? header.otherSector : header.currentSector) + 1
  const gpt: Gpt = {
    sectorSize,
    diskSectors: tableSectors,
    diskGuid: header.diskGuid,
    firstUsableSector: header.firstUsableSector,
    lastUsableSector: header.lastUsableSector,
    entriesSector: 'header' in primary ? header.entriesSector : 2,
    entryCount: header.entryCount,
    entryBytes: header.entryBytes,
    partitions: chosen.partitions,
  }
  const problems = [...gptProblems(gpt), ...copyProblems(primary, backup)]
  if (tableSectors !== diskSectors) {
    problems.push(`the backup in the last sector ${diskSectors - 1} expected, sector ${tableSectors - 1} found`)
  }
  return { gpt, copy: 'header' in primary ? 'primary' : 'backup', problems }
}

/**
 * As {@link readGpt}, for those who go on only with a sound table.
 *
 * @throws KairosError `partition/damaged` for the first problem, and as {@link readGpt}
 */
export async function verifyGpt(disk: ByteSource, options: ReadGptOptions = {}): Promise<Gpt> {
  const { gpt, problems } = await readGpt(disk, options)
  if (problems[0] !== undefined) throw new KairosError('partition/damaged', `${disk.name}: GPT: ${problems[0]}.`)
  return gpt
}

function copyProblems(primary: Copy | KairosError, backup: Copy | KairosError): string[] {
  if (!('header' in primary)) return [`the primary copy cannot be used: ${primary.message}`]
  if (!('header' in backup)) return [`the backup cannot be used: ${backup.message}`]
  const a = primary.header
  const b = backup.header
  const same =
    a.diskGuid === b.diskGuid &&
    a.entriesCrc32 === b.entriesCrc32 &&
    a.firstUsableSector === b.firstUsableSector &&
    a.lastUsableSector === b.lastUsableSector &&
    a.entryCount === b.entryCount &&
    a.entryBytes === b.entryBytes &&
    b.otherSector === a.currentSector
  return same ? [] : ['two equal copies expected, the backup differs from the primary one']
}

async function attempt(
  disk: ByteSource,
  sector: number,
  sectorSize: number,
  options: ReadOptions,
): Promise<Copy | KairosError> {
  try {
    return await readCopy(disk, sector, sectorSize, options)
  } catch (error) {
    // What the table itself did wrong is judged by the caller; a disk that cannot be read is not.
    if (KairosError.is(error, 'partition/damaged') || KairosError.is(error, 'partition/not-found')) return error
    throw error
  }
}

async function readCopy(disk: ByteSource, sector: number, sectorSize: number, options: ReadOptions): Promise<Copy> {
  const header = decodeGptHeader(await readSectors(disk, sector, 1, sectorSize, options))
  if (header.currentSector !== sector) {
    throw damaged(`GPT header: its own sector ${sector} expected, ${header.currentSector} found`)
  }
  const { entryBytes, entryCount } = header
  const powerOfTwo = Number.isInteger(Math.log2(entryBytes))
  if (entryBytes < GPT_ENTRY_BYTES || entryBytes > MAX_ENTRY_BYTES || !powerOfTwo) {
    throw damaged(`GPT header: entries of 128, 256, 512 ... bytes expected, ${entryBytes} found`)
  }
  if (entryBytes * entryCount > MAX_ENTRIES_BYTES) {
    throw damaged(
      `GPT header: at most ${MAX_ENTRIES_BYTES} bytes of entries expected, ${entryBytes * entryCount} found`,
    )
  }
  const size = entriesSectors({ entryCount, entryBytes, sectorSize })
  const sectors = await readSectors(disk, header.entriesSector, size, sectorSize, options)
  const entries = sectors.subarray(0, entryCount * entryBytes)
  if (crc32(entries) !== header.entriesCrc32) {
    throw damaged('GPT entries: the CRC32 that the header gives expected, another one found')
  }
  const partitions: (GptPartition | undefined)[] = []
  for (let index = 0; index < entryCount; index++) {
    partitions.push(decodeGptEntry(entries.subarray(index * entryBytes, (index + 1) * entryBytes)))
  }
  return { header, partitions: partitions.slice(0, partitions.findLastIndex((partition) => partition) + 1) }
}

async function readSectors(disk: ByteSource, sector: number, count: number, sectorSize: number, options: ReadOptions) {
  const end = (sector + count) * sectorSize
  if (sector < 0 || end > disk.size) {
    throw damaged(`sectors ${sector} to ${sector + count - 1} expected, the disk ends at ${disk.size} bytes`)
  }
  return readFully(disk, sector * sectorSize, count * sectorSize, options)
}

function damaged(message: string): KairosError {
  return new KairosError('partition/damaged', message)
}
