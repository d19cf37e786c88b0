import { type Mbr, MbrPartitionType } from './mbr.js'

export interface ProtectiveMbrOptions {
  /** Size of the disk in sectors of the disk. */
  readonly diskSectors: number
  /** Code that a BIOS starts, at most 440 bytes. Default: none. */
  readonly bootCode?: Uint8Array
  /** Default 0, as the UEFI Specification wants it. */
  readonly diskSignature?: number
  /**
   * Adds an empty active entry. The protective entry itself must not be active, but there are BIOSes that boot no disk
   * without an active partition. Default false.
   */
  readonly activeEntry?: boolean
}

const MAX_SECTORS = 0xffffffff

/**
 * The MBR in front of a GPT, which shows the whole disk as taken to programs that know no GPT (UEFI Specification 2.10
 * section 5.2.3). A disk of 2^32 sectors and more is shown as far as the field reaches.
 */
export function protectiveMbr(options: ProtectiveMbrOptions): Mbr {
  const protective = {
    active: false,
    type: MbrPartitionType.gptProtective,
    firstSector: 1,
    sectors: Math.min(options.diskSectors - 1, MAX_SECTORS),
    firstChs: { cylinder: 0, head: 0, sector: 2 },
  }
  const active = { active: true, type: MbrPartitionType.empty, firstSector: 0, sectors: 1 }
  return {
    bootCode: options.bootCode ?? new Uint8Array(0),
    diskSignature: options.diskSignature ?? 0,
    partitions: options.activeEntry ? [protective, active] : [protective],
  }
}
