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

/**
 * The table with its last partition (by place, not by number) stretched to a sector.
 *
 * @param lastSector - default: the last usable sector
 * @throws KairosError `argument/invalid` when there is no partition, or the sector is not usable or in front of its end
 */
export function growLastPartition(gpt: Gpt, lastSector: number = gpt.lastUsableSector): Gpt {
  const last = lastPartition(gpt)
  if (!last) throw new KairosError('argument/invalid', 'GPT: a partition to grow expected, none found.')
  if (lastSector > gpt.lastUsableSector || lastSector < last.partition.lastSector) {
    throw new KairosError(
      'argument/invalid',
      `GPT: a new end for partition ${last.index + 1} from sector ${last.partition.lastSector} to ${gpt.lastUsableSector} ` +
        `expected, ${lastSector} found.`,
    )
  }
  return { ...gpt, partitions: gpt.partitions.with(last.index, { ...last.partition, lastSector }) }
}

function lastPartition(gpt: Gpt) {
  return gpt.partitions
    .flatMap((partition, index) => (partition ? [{ partition, index }] : []))
    .reduce<{ partition: NonNullable<Gpt['partitions'][number]>; index: number } | undefined>(
      (best, each) => (best && best.partition.lastSector > each.partition.lastSector ? best : each),
      undefined,
    )
}
