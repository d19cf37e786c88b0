import type { ReadOptions } from '../../../bytes/byte-source.js'
import type { IsoVolume } from '../iso-image.js'
import type { ImageMetadata } from '../read/image-metadata.js'
import { SECTOR_SIZE, SYSTEM_AREA_SECTORS, sectorsOf } from '../structures/sector.js'
import { type BlockRange, mergeRanges, subtractRanges } from './free-space.js'

/**
 * Blocks of padding at the end that stay padding: CD drives may fail to read the last blocks of a disc, and Linux reads
 * 128 KiB ahead.
 */
const KEPT_PADDING = 64
/** A larger hole is none: nobody leaves that much empty. Also the most that is read to see whether holes are empty. */
const MAX_HOLE_BLOCKS = 4096

const ZEROS = new Uint8Array(32 * SECTOR_SIZE)

export interface UsableSpace {
  /** Sorted, without overlap. */
  readonly free: readonly BlockRange[]
  /** The image ends with padding, as mkisofs and xorriso add it. */
  readonly padded: boolean
}

/**
 * Blocks inside the image that new things may use: those that the edit gave up, and holes that nothing leads to and that
 * are zero throughout. A hole with anything in it belongs to somebody whom no directory mentions.
 */
export async function usableSpace(
  image: ImageMetadata,
  volume: IsoVolume,
  claimed: readonly BlockRange[],
  released: readonly BlockRange[],
  options: ReadOptions,
): Promise<UsableSpace> {
  const end = Math.min(Math.floor(image.source.size / SECTOR_SIZE), sectorsOf(volume.size))
  const whole = [{ start: SYSTEM_AREA_SECTORS, end }]
  const given = subtractRanges(mergeRanges(released), claimed)
  const holes = subtractRanges(whole, mergeRanges([...claimed, ...given]))
  const backup = backupBlocks(volume)
  const last = holes.at(-1)
  const trailing = last !== undefined && last.end + backup >= end
  const padded = trailing && last.end - last.start >= KEPT_PADDING
  const free: BlockRange[] = [...given]
  let read = 0
  for (const hole of holes) {
    const usable = trailing && hole === last ? { start: hole.start, end: hole.end - KEPT_PADDING } : hole
    const blocks = hole.end - hole.start
    if (usable.end <= usable.start || read + blocks > MAX_HOLE_BLOCKS) continue
    read += blocks
    if (await isZero(image, hole, options)) free.push(usable)
  }
  return { free: free.sort((a, b) => a.start - b.start), padded }
}

/** Blocks of the backup GPT at the end. */
export function backupBlocks({ systemArea }: IsoVolume): number {
  const table = systemArea.gpt?.gpt
  if (!table) return 0
  return sectorsOf(table.entryCount * table.entryBytes + table.sectorSize) + 1
}

async function isZero(image: ImageMetadata, { start, end }: BlockRange, options: ReadOptions): Promise<boolean> {
  const stop = end * SECTOR_SIZE
  for (let at = start * SECTOR_SIZE; at < stop; at += ZEROS.length) {
    const length = Math.min(ZEROS.length, stop - at)
    const bytes = await image.bytes({ offset: at, length }, 'padding', options)
    if (Buffer.compare(bytes, ZEROS.subarray(0, length)) !== 0) return false
  }
  return true
}
