import { ByteWriter } from '../../../bytes/writer.js'
import { SECTOR_SIZE } from './sector.js'
import { structureReader } from './structure-reader.js'
import { STANDARD_IDENTIFIER, VolumeDescriptorType } from './volume-descriptor.js'

/**
 * Boot record volume descriptor of El Torito (ECMA-119 section 8.2, El Torito 1.0 section 2.0).
 *
 *     Offset  Size  Field
 *     0       1     type, 0
 *     1       5     "CD001"
 *     6       1     version, 1
 *     7       32    boot system identifier "EL TORITO SPECIFICATION", filled with zeros
 *     39      32    unused
 *     71      4     first sector of the boot catalog, little-endian
 */
export interface BootRecord {
  readonly bootSystemIdentifier: string
  /** First sector of the boot catalog; means something only when the identifier is El Torito's. */
  readonly bootCatalog: number
}

export const EL_TORITO_IDENTIFIER = 'EL TORITO SPECIFICATION'

/** @throws KairosError `iso/damaged` */
export function decodeBootRecord(sector: Uint8Array, origin = 0): BootRecord {
  const reader = structureReader(sector, 'boot record', origin)
  reader.skip(7, 'header')
  const bootSystemIdentifier = reader.latin1(32, 'boot system identifier').replace(/[\0 ]+$/, '')
  reader.skip(32, 'unused')
  return { bootSystemIdentifier, bootCatalog: reader.uint32le('boot catalog') }
}

export function encodeBootRecord(record: BootRecord): Uint8Array {
  return new ByteWriter(SECTOR_SIZE, 'boot record')
    .uint8(VolumeDescriptorType.bootRecord, 'type')
    .latin1(STANDARD_IDENTIFIER, 5, 'standard identifier')
    .uint8(1, 'version')
    .latin1(record.bootSystemIdentifier, 32, 'boot system identifier')
    .skip(32, 'unused')
    .uint32le(record.bootCatalog, 'boot catalog').written
}
