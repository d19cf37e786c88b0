import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf, itKeepsCodecLaws, uint8, uint16, uint32 } from '../testing/codec-laws.js'
import { decodeBootRecord, EL_TORITO_IDENTIFIER, encodeBootRecord } from './boot-record.js'
import {
  decodePrimaryVolumeDescriptor,
  encodePrimaryVolumeDescriptor,
  type VolumeDescriptor,
} from './primary-volume-descriptor.js'
import {
  decodeSupplementaryVolumeDescriptor,
  encodeSupplementaryVolumeDescriptor,
  jolietLevel,
} from './supplementary-volume-descriptor.js'
import { encodeTerminator, volumeDescriptorType } from './volume-descriptor.js'

const text = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_'), maxLength })
const date = fc.constantFrom(undefined, new Date('2026-11-21T09:28:31.120Z'))
const root = fc.record({
  extendedAttributeLength: uint8,
  extent: uint32,
  dataLength: uint32,
  recordedAt: fc.constant(undefined),
  flags: fc.constant(2),
  fileUnitSize: fc.constant(0),
  interleaveGap: fc.constant(0),
  volumeSequenceNumber: uint16,
  identifier: fc.constant(new Uint8Array(1)),
  systemUse: fc.constant(new Uint8Array(0)),
})
const descriptor = (half: number): fc.Arbitrary<VolumeDescriptor> =>
  fc.record({
    version: uint8,
    systemIdentifier: text(32 / half),
    volumeIdentifier: text(32 / half),
    volumeSpaceSize: uint32,
    volumeSetSize: uint16,
    volumeSequenceNumber: uint16,
    logicalBlockSize: uint16,
    pathTableSize: uint32,
    pathTableL: uint32,
    optionalPathTableL: uint32,
    pathTableM: uint32,
    optionalPathTableM: uint32,
    root,
    volumeSetIdentifier: text(128 / half),
    publisherIdentifier: text(128 / half),
    preparerIdentifier: text(128 / half),
    applicationIdentifier: text(128 / half),
    copyrightFileIdentifier: text(Math.floor(37 / half)),
    abstractFileIdentifier: text(Math.floor(37 / half)),
    bibliographicFileIdentifier: text(Math.floor(37 / half)),
    createdAt: date,
    modifiedAt: date,
    expiresAt: date,
    effectiveAt: date,
    fileStructureVersion: uint8,
    applicationUse: bytesOf(512),
  })
const joliet = new Uint8Array(32)
joliet.set(new TextEncoder().encode('%/E'))

describe('primary volume descriptor', () => {
  it('puts its fields where ECMA-119 has them', () => {
    const [sample] = fc.sample(descriptor(1), 1)
    if (!sample) throw new Error('a sample expected')
    const sector = encodePrimaryVolumeDescriptor({
      ...sample,
      volumeIdentifier: 'COS_LIVE',
      volumeSpaceSize: 0x12345678,
    })
    expect(sector).toHaveLength(2048)
    expect(Buffer.from(sector.subarray(0, 7)).toString('latin1')).toBe(
      `\x01CD001${String.fromCharCode(sample.version)}`,
    )
    expect(Buffer.from(sector.subarray(40, 72)).toString('latin1')).toBe('COS_LIVE'.padEnd(32))
    expect(Buffer.from(sector.subarray(80, 88)).toString('hex')).toBe('7856341212345678')
  })

  itKeepsCodecLaws({
    encode: encodePrimaryVolumeDescriptor,
    decode: decodePrimaryVolumeDescriptor,
    values: descriptor(1),
  })
})

describe('supplementary volume descriptor', () => {
  it('knows the levels of Joliet', () => {
    const levels = ['%/@', '%/C', '%/E', '%/G'].map((sequence) => jolietLevel(Buffer.from(sequence.padEnd(32, '\0'))))
    expect(levels).toEqual([1, 2, 3, undefined])
  })

  itKeepsCodecLaws({
    encode: encodeSupplementaryVolumeDescriptor,
    decode: decodeSupplementaryVolumeDescriptor,
    values: fc
      .tuple(descriptor(2), uint8)
      .map(([fields, volumeFlags]) => ({ ...fields, volumeFlags, escapeSequences: joliet })),
  })
})

describe('boot record', () => {
  it('has the identifier of El Torito, and the catalog at offset 71', () => {
    const sector = encodeBootRecord({ bootSystemIdentifier: EL_TORITO_IDENTIFIER, bootCatalog: 0x1234 })
    expect(Buffer.from(sector.subarray(0, 30)).toString('latin1')).toBe('\0CD001\x01EL TORITO SPECIFICATION')
    expect([...sector.subarray(71, 75)]).toEqual([0x34, 0x12, 0, 0])
  })

  itKeepsCodecLaws({
    encode: encodeBootRecord,
    decode: decodeBootRecord,
    values: fc.record({ bootSystemIdentifier: text(32), bootCatalog: uint32 }),
  })
})

describe('type of a volume descriptor', () => {
  it('is told by the first byte of a sector with the standard identifier', () => {
    expect(volumeDescriptorType(encodeTerminator())).toBe(255)
    expect(volumeDescriptorType(new Uint8Array(2048))).toBeUndefined()
    expect(volumeDescriptorType(encodeTerminator().subarray(0, 100))).toBeUndefined()
  })
})
