import { SECTOR_SIZE } from './sector.js'

/**
 * What all volume descriptors begin with (ECMA-119 section 8.1).
 *
 *     Offset  Size  Field
 *     0       1     type
 *     1       5     standard identifier "CD001"
 *     6       1     version, 1; an enhanced volume descriptor has 2
 */
export const STANDARD_IDENTIFIER = 'CD001'

export const VolumeDescriptorType = {
  bootRecord: 0,
  primary: 1,
  supplementary: 2,
  partition: 3,
  terminator: 255,
} as const

/** The type of the descriptor in a sector; `undefined` when the sector holds none. */
export function volumeDescriptorType(sector: Uint8Array): number | undefined {
  if (sector.length < SECTOR_SIZE) return undefined
  for (let i = 0; i < STANDARD_IDENTIFIER.length; i++) {
    if (sector[1 + i] !== STANDARD_IDENTIFIER.charCodeAt(i)) return undefined
  }
  return sector[0]
}

/**
 * Volume descriptor set terminator: the last of the descriptors (ECMA-119 section 8.3). Nothing follows its header.
 */
export function encodeTerminator(): Uint8Array {
  const sector = new Uint8Array(SECTOR_SIZE)
  sector[0] = VolumeDescriptorType.terminator
  sector.set(new TextEncoder().encode(STANDARD_IDENTIFIER), 1)
  sector[6] = 1
  return sector
}
