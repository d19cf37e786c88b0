import { KairosError } from '@kairos-sdk/core'
import { EL_TORITO_IDENTIFIER, encodeBootRecord } from '../structures/boot-record.js'
import { FileFlag, SELF_IDENTIFIER } from '../structures/directory-record.js'
import { encodePrimaryVolumeDescriptor, type VolumeDescriptor } from '../structures/primary-volume-descriptor.js'
import { SECTOR_SIZE } from '../structures/sector.js'
import {
  encodeSupplementaryVolumeDescriptor,
  JOLIET_ESCAPE_SEQUENCES,
} from '../structures/supplementary-volume-descriptor.js'
import { encodeTerminator } from '../structures/volume-descriptor.js'
import type { DirectoryTree } from './directory-tree.js'

/** What an image says about itself. All texts are ASCII. */
export interface VolumeTexts {
  /** Name of the volume, by which boot loaders and live systems find it; at most 32 characters: `COS_LIVE`. */
  readonly volumeLabel: string
  /** At most 32 characters. Default `LINUX`. */
  readonly systemIdentifier?: string
  /** At most 128 characters. Default none. */
  readonly volumeSetIdentifier?: string
  /** At most 128 characters. Default none. */
  readonly publisher?: string
  /** Who prepared the data; at most 128 characters. Default none. */
  readonly preparer?: string
  /** At most 128 characters. Default `KAIROS SDK`. */
  readonly application?: string
}

const LIMITS = {
  volumeLabel: 32,
  systemIdentifier: 32,
  volumeSetIdentifier: 128,
  publisher: 128,
  preparer: 128,
  application: 128,
} as const satisfies Record<keyof VolumeTexts, number>

/** @throws KairosError `argument/invalid` */
export function checkVolumeTexts(texts: VolumeTexts): void {
  for (const [field, most] of Object.entries(LIMITS) as [keyof VolumeTexts, number][]) {
    const text = texts[field]
    const missing = field === 'volumeLabel' && !text
    if (!missing && (text === undefined || (text.length <= most && /^[\x20-\x7e]*$/.test(text)))) continue
    throw new KairosError(
      'argument/invalid',
      `${field}: ${field === 'volumeLabel' ? '1' : '0'} to ${most} ASCII characters expected, ${JSON.stringify(text)} found.`,
    )
  }
}

export interface PlacedTree {
  readonly tree: DirectoryTree
  readonly pathTableL: number
  readonly pathTableM: number
  readonly directories: number
}

export interface Volume {
  readonly texts: VolumeTexts
  readonly date: Date
  /** Of the whole image. */
  readonly sectors: number
  /** Sector of the boot catalog. */
  readonly bootCatalog: number | undefined
}

/** The volume descriptors, from sector 16 on: the boot record stands second, where firmware looks for it. */
export function descriptorsOf(
  volume: Volume,
  trees: { readonly primary: PlacedTree; readonly joliet: PlacedTree | undefined },
): Uint8Array {
  const { bootCatalog } = volume
  const parts = [encodePrimaryVolumeDescriptor(descriptorOf(volume, trees.primary, 1))]
  if (bootCatalog !== undefined) {
    parts.push(encodeBootRecord({ bootSystemIdentifier: EL_TORITO_IDENTIFIER, bootCatalog }))
  }
  if (trees.joliet) {
    const escapeSequences = new Uint8Array(32)
    escapeSequences.set(new TextEncoder().encode(JOLIET_ESCAPE_SEQUENCES.level3))
    // Fields have half as many characters in UCS-2.
    const descriptor = descriptorOf(volume, trees.joliet, 2)
    parts.push(encodeSupplementaryVolumeDescriptor({ ...descriptor, volumeFlags: 0, escapeSequences }))
  }
  return new Uint8Array(Buffer.concat([...parts, encodeTerminator()]))
}

function descriptorOf(volume: Volume, placed: PlacedTree, bytesPerCharacter: 1 | 2): VolumeDescriptor {
  const { texts, date } = volume
  const text = (field: keyof VolumeTexts, fallback = '') =>
    (texts[field] ?? fallback).slice(0, LIMITS[field] / bytesPerCharacter)
  return {
    version: 1,
    systemIdentifier: text('systemIdentifier', 'LINUX'),
    volumeIdentifier: text('volumeLabel'),
    volumeSpaceSize: volume.sectors,
    volumeSetSize: 1,
    volumeSequenceNumber: 1,
    logicalBlockSize: SECTOR_SIZE,
    pathTableSize: placed.tree.pathTableSize,
    pathTableL: placed.pathTableL,
    optionalPathTableL: 0,
    pathTableM: placed.pathTableM,
    optionalPathTableM: 0,
    root: {
      extendedAttributeLength: 0,
      extent: placed.directories,
      dataLength: placed.tree.rootSectors * SECTOR_SIZE,
      recordedAt: date,
      flags: FileFlag.directory,
      fileUnitSize: 0,
      interleaveGap: 0,
      volumeSequenceNumber: 1,
      identifier: Uint8Array.of(SELF_IDENTIFIER),
      systemUse: new Uint8Array(0),
    },
    volumeSetIdentifier: text('volumeSetIdentifier'),
    publisherIdentifier: text('publisher'),
    preparerIdentifier: text('preparer'),
    applicationIdentifier: text('application', 'KAIROS SDK'),
    copyrightFileIdentifier: '',
    abstractFileIdentifier: '',
    bibliographicFileIdentifier: '',
    createdAt: date,
    modifiedAt: date,
    expiresAt: undefined,
    effectiveAt: date,
    fileStructureVersion: 1,
    applicationUse: new Uint8Array(512),
  }
}
