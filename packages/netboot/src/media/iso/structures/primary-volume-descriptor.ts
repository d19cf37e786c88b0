import type { ByteReader } from '../../../bytes/reader.js'
import { ByteWriter } from '../../../bytes/writer.js'
import { bothEndian16, bothEndian32, writeBothEndian16, writeBothEndian32 } from './both-endian.js'
import { type DirectoryRecord, decodeDirectoryRecord, encodeDirectoryRecord } from './directory-record.js'
import { SECTOR_SIZE } from './sector.js'
import { structureReader } from './structure-reader.js'
import { decodeVolumeDate, writeVolumeDate } from './volume-date.js'
import { STANDARD_IDENTIFIER, VolumeDescriptorType } from './volume-descriptor.js'
import { readVolumeText, type VolumeCharset, writeVolumeText } from './volume-text.js'

/**
 * Primary volume descriptor (ECMA-119 section 8.4). A supplementary one has the same fields (section 8.5) and, where
 * this one has unused bytes, flags and escape sequences.
 *
 *     Offset  Size  Field
 *     0       1     type: 1, supplementary 2
 *     1       5     "CD001"
 *     6       1     version: 1, enhanced 2
 *     7       1     volume flags (supplementary)
 *     8       32    system identifier
 *     40      32    volume identifier
 *     72      8     unused
 *     80      8     volume space size in blocks, both-endian
 *     88      32    escape sequences (supplementary)
 *     120     4     volume set size, both-endian
 *     124     4     volume sequence number, both-endian
 *     128     4     logical block size, both-endian
 *     132     8     path table size in bytes, both-endian
 *     140     4     location of the type L path table, little-endian
 *     144     4     location of the optional type L path table, or 0
 *     148     4     location of the type M path table, big-endian
 *     152     4     location of the optional type M path table, or 0
 *     156     34    directory record of the root
 *     190     128   volume set identifier
 *     318     128   publisher identifier
 *     446     128   data preparer identifier
 *     574     128   application identifier
 *     702     37    copyright file identifier
 *     739     37    abstract file identifier
 *     776     37    bibliographic file identifier
 *     813     17    creation date
 *     830     17    modification date
 *     847     17    expiration date
 *     864     17    effective date
 *     881     1     file structure version: 1, enhanced 2
 *     882     1     reserved
 *     883     512   application use
 *     1395    653   reserved
 */
export interface VolumeDescriptor {
  readonly version: number
  readonly systemIdentifier: string
  readonly volumeIdentifier: string
  /** Blocks of the volume, counted from the start of the medium. */
  readonly volumeSpaceSize: number
  readonly volumeSetSize: number
  readonly volumeSequenceNumber: number
  readonly logicalBlockSize: number
  /** Bytes of each path table. */
  readonly pathTableSize: number
  readonly pathTableL: number
  /** 0: there is none. */
  readonly optionalPathTableL: number
  readonly pathTableM: number
  /** 0: there is none. */
  readonly optionalPathTableM: number
  readonly root: DirectoryRecord
  readonly volumeSetIdentifier: string
  readonly publisherIdentifier: string
  readonly preparerIdentifier: string
  readonly applicationIdentifier: string
  readonly copyrightFileIdentifier: string
  readonly abstractFileIdentifier: string
  readonly bibliographicFileIdentifier: string
  readonly createdAt: Date | undefined
  readonly modifiedAt: Date | undefined
  readonly expiresAt: Date | undefined
  readonly effectiveAt: Date | undefined
  readonly fileStructureVersion: number
  /** 512 bytes. */
  readonly applicationUse: Uint8Array
}

/** Offsets of fields that are patched one by one when an image is remastered. */
export const VolumeDescriptorOffset = {
  volumeSpaceSize: 80,
  pathTableSize: 132,
  pathTableL: 140,
  optionalPathTableL: 144,
  pathTableM: 148,
  optionalPathTableM: 152,
  root: 156,
  applicationUse: 883,
} as const

export const APPLICATION_USE_SIZE = 512

/** @throws KairosError `iso/damaged` */
export function decodePrimaryVolumeDescriptor(sector: Uint8Array, origin = 0): VolumeDescriptor {
  return readVolumeDescriptor(structureReader(sector, 'primary volume descriptor', origin), 'latin1', origin).descriptor
}

export function encodePrimaryVolumeDescriptor(descriptor: VolumeDescriptor): Uint8Array {
  const writer = new ByteWriter(SECTOR_SIZE, 'primary volume descriptor')
  writeVolumeDescriptor(writer, descriptor, VolumeDescriptorType.primary, 'latin1', 0, new Uint8Array(32))
  return writer.written
}

/** What the two kinds of descriptor share; `charset` may depend on the escape sequences, which come first. */
export function readVolumeDescriptor(
  reader: ByteReader,
  charset: VolumeCharset,
  origin: number,
): { descriptor: VolumeDescriptor; volumeFlags: number; escapeSequences: Uint8Array } {
  reader.skip(6, 'header')
  const version = reader.uint8('version')
  const volumeFlags = reader.uint8('volume flags')
  const text = (length: number, field: string) => readVolumeText(reader, length, charset, field)
  const systemIdentifier = text(32, 'system identifier')
  const volumeIdentifier = text(32, 'volume identifier')
  reader.skip(8, 'unused')
  const volumeSpaceSize = bothEndian32(reader, 'volume space size')
  const escapeSequences = reader.bytes(32, 'escape sequences')
  const descriptor: VolumeDescriptor = {
    version,
    systemIdentifier,
    volumeIdentifier,
    volumeSpaceSize,
    volumeSetSize: bothEndian16(reader, 'volume set size'),
    volumeSequenceNumber: bothEndian16(reader, 'volume sequence number'),
    logicalBlockSize: bothEndian16(reader, 'logical block size'),
    pathTableSize: bothEndian32(reader, 'path table size'),
    pathTableL: reader.uint32le('type L path table'),
    optionalPathTableL: reader.uint32le('optional type L path table'),
    pathTableM: reader.uint32('type M path table'),
    optionalPathTableM: reader.uint32('optional type M path table'),
    root: decodeDirectoryRecord(reader.bytes(34, 'directory record of the root'), origin + VolumeDescriptorOffset.root)
      .record,
    volumeSetIdentifier: text(128, 'volume set identifier'),
    publisherIdentifier: text(128, 'publisher identifier'),
    preparerIdentifier: text(128, 'data preparer identifier'),
    applicationIdentifier: text(128, 'application identifier'),
    copyrightFileIdentifier: text(37, 'copyright file identifier'),
    abstractFileIdentifier: text(37, 'abstract file identifier'),
    bibliographicFileIdentifier: text(37, 'bibliographic file identifier'),
    createdAt: decodeVolumeDate(reader, 'creation date'),
    modifiedAt: decodeVolumeDate(reader, 'modification date'),
    expiresAt: decodeVolumeDate(reader, 'expiration date'),
    effectiveAt: decodeVolumeDate(reader, 'effective date'),
    fileStructureVersion: reader.uint8('file structure version'),
    applicationUse: reader.bytes(1 + APPLICATION_USE_SIZE, 'reserved and application use').subarray(1),
  }
  return { descriptor, volumeFlags, escapeSequences }
}

export function writeVolumeDescriptor(
  writer: ByteWriter,
  descriptor: VolumeDescriptor,
  type: number,
  charset: VolumeCharset,
  volumeFlags: number,
  escapeSequences: Uint8Array,
): void {
  const text = (value: string, length: number, field: string) => writeVolumeText(writer, value, length, charset, field)
  writer.uint8(type, 'type').latin1(STANDARD_IDENTIFIER, 5, 'standard identifier')
  writer.uint8(descriptor.version, 'version').uint8(volumeFlags, 'volume flags')
  text(descriptor.systemIdentifier, 32, 'system identifier')
  text(descriptor.volumeIdentifier, 32, 'volume identifier')
  writer.skip(8, 'unused')
  writeBothEndian32(writer, descriptor.volumeSpaceSize, 'volume space size')
  writer.bytes(escapeSequences, 'escape sequences').skip(32 - escapeSequences.length, 'escape sequences')
  writeBothEndian16(writer, descriptor.volumeSetSize, 'volume set size')
  writeBothEndian16(writer, descriptor.volumeSequenceNumber, 'volume sequence number')
  writeBothEndian16(writer, descriptor.logicalBlockSize, 'logical block size')
  writeBothEndian32(writer, descriptor.pathTableSize, 'path table size')
  writer.uint32le(descriptor.pathTableL, 'type L path table')
  writer.uint32le(descriptor.optionalPathTableL, 'optional type L path table')
  writer.uint32(descriptor.pathTableM, 'type M path table')
  writer.uint32(descriptor.optionalPathTableM, 'optional type M path table')
  writer.bytes(encodeDirectoryRecord(descriptor.root), 'directory record of the root')
  text(descriptor.volumeSetIdentifier, 128, 'volume set identifier')
  text(descriptor.publisherIdentifier, 128, 'publisher identifier')
  text(descriptor.preparerIdentifier, 128, 'data preparer identifier')
  text(descriptor.applicationIdentifier, 128, 'application identifier')
  text(descriptor.copyrightFileIdentifier, 37, 'copyright file identifier')
  text(descriptor.abstractFileIdentifier, 37, 'abstract file identifier')
  text(descriptor.bibliographicFileIdentifier, 37, 'bibliographic file identifier')
  writeVolumeDate(writer, descriptor.createdAt, 'creation date')
  writeVolumeDate(writer, descriptor.modifiedAt, 'modification date')
  writeVolumeDate(writer, descriptor.expiresAt, 'expiration date')
  writeVolumeDate(writer, descriptor.effectiveAt, 'effective date')
  writer.uint8(descriptor.fileStructureVersion, 'file structure version').skip(1, 'reserved')
  writer.bytes(descriptor.applicationUse, 'application use')
}
