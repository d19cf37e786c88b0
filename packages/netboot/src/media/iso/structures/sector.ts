/** Bytes of a logical sector, and of a logical block of every image that is not a curiosity (ECMA-119 section 6.1.2). */
export const SECTOR_SIZE = 2048

/** Sectors before the volume descriptors, for the system's use: partition tables and boot code (ECMA-119 section 6.2.1). */
export const SYSTEM_AREA_SECTORS = 16

/** Sectors that `bytes` bytes fill. */
export function sectorsOf(bytes: number): number {
  return Math.ceil(bytes / SECTOR_SIZE)
}
