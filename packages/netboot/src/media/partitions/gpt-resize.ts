import { KairosError } from '@kairos-sdk/core'
import { entriesSectors, type Gpt } from './gpt.js'

/**
 * The table for a disk of another size: the backup moves to the new end and the usable range with it. Partitions stay as
 * they are.
 *
 * @throws KairosError `argument/invalid` when a partition would not fit any more
 */
export function resizeGpt(gpt: Gpt, diskSectors: number): Gpt {
  const lastUsableSector = diskSectors - entriesSectors(gpt) - 2
  const last = lastPartition(gpt)
  if (last && last.partition.lastSector > lastUsableSector) {
    throw new KairosError(
      'argument/invalid',
      `GPT: a disk that holds partition ${last.index + 1} (up to sector ${last.partition.lastSector}) and the backup ` +
        `expected, ${diskSectors} sectors found.`,
    )
  }
  return { ...gpt, diskSectors, lastUsableSector }
}

function lastPartition(gpt: Gpt) {
  return gpt.partitions
    .flatMap((partition, index) => (partition ? [{ partition, index }] : []))
    .reduce<{ partition: NonNullable<Gpt['partitions'][number]>; index: number } | undefined>(
      (best, each) => (best && best.partition.lastSector > each.partition.lastSector ? best : each),
      undefined,
    )
}
