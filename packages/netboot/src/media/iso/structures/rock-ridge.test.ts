import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf, hex, itKeepsCodecLaws, recordingDate, uint8, uint32, unhex } from '../testing/codec-laws.js'
import { decodeAlternateName, encodeAlternateName, encodeAlternateNames } from './rock-ridge/alternate-name.js'
import { decodeDeviceNumber, encodeDeviceNumber } from './rock-ridge/device-number.js'
import { decodePosixAttributes, encodePosixAttributes, FileType } from './rock-ridge/posix-attributes.js'
import {
  decodeRelocatedDirectory,
  encodeChildLink,
  encodeParentLink,
  encodeRelocatedMark,
} from './rock-ridge/relocation.js'
import {
  decodeSymbolicLink,
  encodeSymbolicLinkPart,
  encodeSymbolicLinks,
  linkTarget,
} from './rock-ridge/symbolic-link.js'
import { decodeTimeStamps, encodeTimeStamps } from './rock-ridge/time-stamps.js'
import { decodeSystemUse } from './system-use-entry.js'

const dataOf = (area: Uint8Array) => decodeSystemUse(area)[0]?.data ?? new Uint8Array(0)

describe('PX', () => {
  const fields = { mode: uint32, links: uint32, user: uint32, group: uint32 }

  it('is 36 bytes in RRIP 1.09, and 44 with a serial number', () => {
    const attributes = { mode: FileType.regular | 0o644, links: 1, user: 0, group: 0 }
    expect(hex(encodePosixAttributes({ ...attributes, serial: undefined })).slice(0, 24)).toBe(
      '50582401a4810000000081a4',
    )
    expect(encodePosixAttributes({ ...attributes, serial: 7 })).toHaveLength(44)
  })

  itKeepsCodecLaws({
    encode: encodePosixAttributes,
    decode: (area) => decodePosixAttributes(dataOf(area)),
    values: fc.record({ ...fields, serial: fc.option(uint32, { nil: undefined }) }),
  })
})

describe('PN', () => {
  it('understands the whole device number that mkisofs on Linux writes into the low half', () => {
    const low = '0108000000000801'
    expect(decodeDeviceNumber(unhex(`0000000000000000${low}`))).toEqual({ major: 8, minor: 1 })
  })

  itKeepsCodecLaws({
    encode: encodeDeviceNumber,
    decode: (area) => decodeDeviceNumber(dataOf(area)),
    values: fc.record({ major: fc.integer({ min: 1, max: 0xffffffff }), minor: uint32 }),
  })
})

describe('NM', () => {
  it('holds a name', () => {
    expect(encodeAlternateNames(Buffer.from('config.yaml')).map(hex)).toEqual(['4e4d100100636f6e6669672e79616d6c'])
  })

  it('spreads a long name over entries that continue each other', () => {
    const name = Buffer.from('x'.repeat(255))
    const parts = encodeAlternateNames(name, 100).map((entry) => decodeAlternateName(dataOf(entry)))
    expect(parts.map(({ flags, name: part }) => [flags, part.length])).toEqual([
      [1, 100],
      [0, 155],
    ])
    expect(Buffer.concat(parts.map((part) => part.name))).toEqual(name)
  })

  itKeepsCodecLaws({
    encode: encodeAlternateName,
    decode: (area) => decodeAlternateName(dataOf(area)),
    values: fc.record({ flags: uint8, name: bytesOf(0, 250) }),
  })
})

describe('SL', () => {
  const target = (text: string) =>
    Buffer.from(linkTarget(encodeSymbolicLinks(text).map((entry) => decodeSymbolicLink(dataOf(entry))))).toString()

  it('spells ".", ".." and the root as flags', () => {
    expect(encodeSymbolicLinks('../a').map(hex)).toEqual(['534c0a01000400000161'])
    expect(encodeSymbolicLinks('/').map(hex)).toEqual(['534c0701000800'])
    for (const text of ['../hello.txt', '/', '/usr/lib', './a/../b', 'a', '..']) expect(target(text)).toBe(text)
  })

  it('spreads a long target over entries, and a long component over records', () => {
    const long = `/${'component/'.repeat(60)}${'y'.repeat(600)}/end`
    expect(encodeSymbolicLinks(long).length).toBeGreaterThan(2)
    expect(target(long)).toBe(long)
  })

  it('gives back every target', () => {
    const name = fc.string({ minLength: 1, maxLength: 40 }).filter((text) => !/[/\0]/.test(text))
    fc.assert(
      fc.property(fc.boolean(), fc.array(name, { minLength: 1, maxLength: 30 }), (absolute, names) => {
        const text = (absolute ? '/' : '') + names.join('/')
        expect(target(text)).toBe(text)
      }),
    )
  })

  it('takes what there is of a component that genisoimage cut off', () => {
    const { components } = decodeSymbolicLink(unhex('00 00 03 616263 00 03 61'))
    expect(components.map(({ content }) => Buffer.from(content).toString())).toEqual(['abc', 'a'])
  })

  itKeepsCodecLaws({
    encode: encodeSymbolicLinkPart,
    decode: (area) => decodeSymbolicLink(dataOf(area)),
    values: fc.record({
      more: fc.boolean(),
      components: fc.array(fc.record({ flags: uint8, content: bytesOf(0, 20) }), { maxLength: 8 }),
    }),
  })
})

describe('TF', () => {
  it('writes the dates that are given, in the order of their bits', () => {
    const date = new Date('2026-11-21T09:28:31Z')
    expect(hex(encodeTimeStamps({ modifiedAt: date, accessedAt: date, changedAt: date }))).toBe(
      `54461a010e${'7e0b15091c1f00'.repeat(3)}`,
    )
  })

  it('reads the long form', () => {
    const date = new Date('2026-11-21T09:28:31.250Z')
    expect(decodeTimeStamps(dataOf(encodeTimeStamps({ createdAt: date }, true)))).toEqual({ createdAt: date })
  })

  itKeepsCodecLaws({
    encode: encodeTimeStamps,
    decode: (area) => decodeTimeStamps(dataOf(area)),
    values: fc.record({ createdAt: recordingDate, modifiedAt: recordingDate, expiresAt: recordingDate }),
    comesBackAs: (stamps) => Object.fromEntries(Object.entries(stamps).filter(([, date]) => date !== undefined)),
  })
})

describe('CL, PL and RE', () => {
  it('lead to a block, RE has no data', () => {
    expect(hex(encodeChildLink({ block: 31 }))).toBe('434c0c011f0000000000001f')
    expect(hex(encodeParentLink({ block: 31 }))).toBe('504c0c011f0000000000001f')
    expect(hex(encodeRelocatedMark())).toBe('52450401')
  })

  itKeepsCodecLaws({
    encode: encodeChildLink,
    decode: (area) => decodeRelocatedDirectory(dataOf(area)),
    values: fc.record({ block: uint32 }),
  })
})
