import type { FatGeometry, FatType } from './geometry.js'
import { FAT_SECTOR_BYTES } from './geometry.js'

/** Clusters that belong to one file or directory. All that this writer makes are in one piece. */
export interface ClusterRun {
  readonly first: number
  readonly count: number
}

const MEDIA_FIXED_DISK = 0xf8

/**
 * The bytes of one copy of the allocation table (Microsoft FAT specification 1.03, "FAT Data Structure"): entry 0 repeats
 * the media byte, entry 1 says that the volume was unmounted cleanly, each further one names the cluster that follows, or
 * the end of the chain.
 *
 * FAT12 packs two entries into three bytes; FAT16 and FAT32 are little-endian, and the high four bits of FAT32 stay zero.
 */
export function encodeAllocationTable(geometry: FatGeometry, runs: readonly ClusterRun[]): Uint8Array {
  const bytes = new Uint8Array(geometry.tableSectors * FAT_SECTOR_BYTES)
  const set = setterOf(geometry.type, bytes)
  const end = { 12: 0xfff, 16: 0xffff, 32: 0x0fffffff }[geometry.type]
  set(0, end - 0xff + MEDIA_FIXED_DISK)
  set(1, end)
  for (const { first, count } of runs) {
    for (let cluster = first; cluster < first + count - 1; cluster++) set(cluster, cluster + 1)
    if (count > 0) set(first + count - 1, end)
  }
  return bytes
}

function setterOf(type: FatType, bytes: Uint8Array): (cluster: number, value: number) => void {
  const view = new DataView(bytes.buffer)
  if (type === 16) return (cluster, value) => view.setUint16(cluster * 2, value, true)
  if (type === 32) return (cluster, value) => view.setUint32(cluster * 4, value, true)
  return (cluster, value) => {
    const at = cluster + (cluster >> 1)
    const before = view.getUint16(at, true)
    view.setUint16(at, cluster & 1 ? (before & 0x000f) | (value << 4) : (before & 0xf000) | value, true)
  }
}
