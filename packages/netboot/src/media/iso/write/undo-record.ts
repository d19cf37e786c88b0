import { createHash } from 'node:crypto'
import { KairosError } from '@kairos-sdk/core'
import { ByteReader } from '../../../bytes/reader.js'
import { ByteWriter } from '../../../bytes/writer.js'

/**
 * What it takes to give an image that was changed in place its original bytes back.
 *
 *     Offset  Size  Field (little-endian)
 *     0       8     "KISOUNDO"
 *     8       4     version, 1
 *     12      4     number of samples, s
 *     16      4     number of extents, e
 *     20      8     size of the original
 *     28      32    SHA-256 of the samples one after the other
 *     60      12s   samples: offset (8), length (4)
 *     ...     12e   extents: offset (8), length (4)
 *     ...     ...   bytes of the extents, in order
 *     end-32  32    SHA-256 of everything before
 *
 * Samples are bytes that did not change: by them a record is told from that of another image.
 */
export interface UndoRecord {
  readonly originalSize: number
  readonly samples: readonly UndoRange[]
  readonly samplesSha256: Uint8Array
  /** Sorted by offset, without overlap, all inside of the original. */
  readonly extents: readonly UndoExtent[]
}

export interface UndoRange {
  readonly offset: number
  readonly length: number
}

export interface UndoExtent {
  readonly offset: number
  readonly bytes: Uint8Array
}

const MAGIC = 'KISOUNDO'
const VERSION = 1
const SHA256_SIZE = 32

export function encodeUndoRecord(record: UndoRecord): Uint8Array {
  const { samples, extents } = record
  const content = extents.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const size = 60 + 12 * (samples.length + extents.length) + content + SHA256_SIZE
  const writer = new ByteWriter(size, 'undo record')
  writer.latin1(MAGIC, 8, 'magic').uint32le(VERSION, 'version')
  writer.uint32le(samples.length, 'number of samples').uint32le(extents.length, 'number of extents')
  writer.uint64le(record.originalSize, 'size of the original').bytes(record.samplesSha256, 'SHA-256 of the samples')
  for (const { offset, length } of samples) writer.uint64le(offset, 'offset').uint32le(length, 'length')
  for (const { offset, bytes } of extents) writer.uint64le(offset, 'offset').uint32le(bytes.length, 'length')
  for (const { bytes } of extents) writer.bytes(bytes, 'bytes of an extent')
  writer.bytes(sha256(writer.written.subarray(0, size - SHA256_SIZE)), 'SHA-256')
  return writer.written
}

/** @throws KairosError `iso/damaged-undo` */
export function decodeUndoRecord(bytes: Uint8Array, name: string): UndoRecord {
  const reader = new ByteReader(bytes, { code: 'iso/damaged-undo', name })
  const magic = reader.latin1(8, 'magic')
  const version = reader.uint32le('version')
  if (magic !== MAGIC || version !== VERSION) throw reader.error('an undo record of version 1 expected, another found')
  const end = bytes.length - SHA256_SIZE
  const found = sha256(bytes.subarray(0, Math.max(end, 0)))
  if (Buffer.compare(found, bytes.subarray(Math.max(end, 0))) !== 0) throw reader.error('its SHA-256 is wrong')
  const sampleCount = reader.uint32le('number of samples')
  const extentCount = reader.uint32le('number of extents')
  const originalSize = reader.safeUint64le('size of the original')
  const samplesSha256 = reader.bytes(SHA256_SIZE, 'SHA-256 of the samples')
  const range = (): UndoRange => ({ offset: reader.safeUint64le('offset'), length: reader.uint32le('length') })
  if (12 * (sampleCount + extentCount) > reader.remaining) throw reader.error('it is cut off')
  const samples = Array.from({ length: sampleCount }, range)
  const ranges = Array.from({ length: extentCount }, range)
  const extents = ranges.map(({ offset, length }) => ({ offset, bytes: reader.bytes(length, 'bytes of an extent') }))
  reader.skip(SHA256_SIZE, 'SHA-256')
  reader.expectEnd()
  for (const { offset, bytes: content } of extents) {
    if (offset + content.length > originalSize) throw reader.error('an extent inside of the original expected')
  }
  return { originalSize, samples, samplesSha256, extents }
}

/** A record for an image that was changed twice: what the second change replaced, the first one's bytes excepted. */
export function mergedExtents(first: readonly UndoExtent[], second: readonly UndoExtent[]): UndoExtent[] {
  const merged = [...first]
  for (const { offset, bytes } of second) {
    let at = offset
    const end = offset + bytes.length
    const inTheWay = first.filter((each) => each.offset < end && each.offset + each.bytes.length > offset)
    for (const taken of [...inTheWay, { offset: end, bytes: new Uint8Array(0) }]) {
      if (taken.offset > at) merged.push({ offset: at, bytes: bytes.subarray(at - offset, taken.offset - offset) })
      at = Math.max(at, taken.offset + taken.bytes.length)
    }
  }
  return merged.sort((a, b) => a.offset - b.offset)
}

export function notTheImage(path: string): KairosError {
  return new KairosError(
    'iso/damaged-undo',
    `${path}: the image that its undo record belongs to expected, another found.`,
    {
      hint: 'Delete the undo record if the image was replaced.',
    },
  )
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}
