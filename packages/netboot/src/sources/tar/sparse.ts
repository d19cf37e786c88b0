import type { DataRegion } from '../../file-system/entry.js'
import type { ChunkReader } from './chunk-reader.js'
import { BLOCK_SIZE, damaged } from './errors.js'
import type { HeaderPlace, TarHeader } from './header.js'
import { decodeNumber } from './numbers.js'

/** Files with more pieces than this are refused: the map would take more memory than is reasonable. */
const MAX_REGIONS = 1_000_000

const ENTRY_SIZE = 24

/** A file of which only some regions are stored. */
export interface SparseMap {
  /** Bytes of the file, holes included. */
  readonly size: number
  readonly regions: readonly DataRegion[]
}

/**
 * The map of a file in GNU's old sparse format (type flag `S`), with the extension blocks that follow the header.
 *
 *     Offset  Size  Field of the header
 *     386     96    4 regions: offset (12), length (12)
 *     482     1     1 when an extension block follows
 *     483     12    size of the file
 *
 *     Offset  Size  Field of an extension block
 *     0       504   21 regions
 *     504     1     1 when another one follows
 *
 * @throws KairosError `tar/damaged`
 */
export async function readOldSparseMap(header: TarHeader, reader: ChunkReader, place: HeaderPlace): Promise<SparseMap> {
  const size = decodeNumber(header.block.subarray(483, 495)) ?? -1
  const regions: DataRegion[] = []
  decodeRegions(header.block.subarray(386, 482), regions, place)
  for (let isExtended = header.block[482] === 1; isExtended; ) {
    const block = await reader.expect(BLOCK_SIZE, 'the map of a sparse file')
    decodeRegions(block.subarray(0, 504), regions, place)
    isExtended = block[504] === 1
  }
  return checkedMap(size, regions, header.size, place)
}

function decodeRegions(bytes: Uint8Array, regions: DataRegion[], place: HeaderPlace): void {
  for (let at = 0; at + ENTRY_SIZE <= bytes.length; at += ENTRY_SIZE) {
    // The end of the map is a region without a length field.
    if (bytes[at + 12] === 0) return
    const offset = decodeNumber(bytes.subarray(at, at + 12)) ?? -1
    const length = decodeNumber(bytes.subarray(at + 12, at + ENTRY_SIZE)) ?? -1
    addRegion(regions, offset, length, place)
  }
}

/**
 * The map of PAX sparse format 1.0: decimal numbers, a line each, in front of the content: how many regions there are,
 * then offset and length of each; filled up with zeros to a whole block.
 *
 * @returns the map, and how many bytes of the stored content it took
 * @throws KairosError `tar/damaged`
 */
export async function readSparseMap1(
  size: number,
  stored: number,
  reader: ChunkReader,
  place: HeaderPlace,
): Promise<SparseMap & { readonly taken: number }> {
  let text = ''
  let taken = 0
  const numbers: number[] = []
  let needed = 1
  while (numbers.length < needed) {
    if (taken + BLOCK_SIZE > stored)
      throw damaged(place.archive, place.offset, 'a whole sparse map expected, a part found')
    text += Buffer.from(await reader.expect(BLOCK_SIZE, 'the map of a sparse file')).toString('latin1')
    taken += BLOCK_SIZE
    const lines = text.split('\n')
    text = lines.pop() ?? ''
    // No number is this long; the rest of a block without a line end is padding.
    if (text.length > 2 * BLOCK_SIZE)
      throw damaged(place.archive, place.offset, 'a decimal number expected, none found')
    for (const line of lines.slice(0, needed === 1 ? lines.length : needed - numbers.length)) {
      numbers.push(decimal(line, place))
    }
    const count = numbers[0]
    if (count === undefined) continue
    if (count > MAX_REGIONS) throw tooMany(place)
    needed = 1 + 2 * count
  }
  return { ...regionsOfNumbers(size, numbers.slice(1, needed), stored - taken, place), taken }
}

/**
 * The map of PAX sparse formats 0.0 and 0.1: offsets and lengths in turn.
 *
 * @throws KairosError `tar/damaged`
 */
export function regionsOfNumbers(
  size: number,
  numbers: readonly number[],
  stored: number,
  place: HeaderPlace,
): SparseMap {
  const regions: DataRegion[] = []
  if (numbers.length % 2 !== 0)
    throw damaged(place.archive, place.offset, 'pairs of numbers expected, a half pair found')
  for (let at = 0; at < numbers.length; at += 2) addRegion(regions, numbers[at] ?? -1, numbers[at + 1] ?? -1, place)
  return checkedMap(size, regions, stored, place)
}

/** @throws KairosError `tar/damaged` */
export function decimal(text: string, place: HeaderPlace): number {
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : -1
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw damaged(place.archive, place.offset, `a decimal number expected, ${JSON.stringify(text.slice(0, 40))} found`)
}

function addRegion(regions: DataRegion[], offset: number, length: number, place: HeaderPlace): void {
  if (regions.length >= MAX_REGIONS) throw tooMany(place)
  regions.push({ offset, length })
}

function checkedMap(size: number, regions: readonly DataRegion[], stored: number, place: HeaderPlace): SparseMap {
  let end = 0
  let total = 0
  for (const { offset, length } of regions) {
    if (offset < end || length < 0 || offset + length > size) {
      const found = `${length} bytes at ${offset}`
      throw damaged(place.archive, place.offset, `regions in order inside ${size} bytes expected, ${found} found`)
    }
    end = offset + length
    total += length
  }
  if (size < 0 || total !== stored) {
    throw damaged(place.archive, place.offset, `regions of ${stored} bytes in all expected, ${total} found`)
  }
  // GNU ends a map with an empty region at the end of the file.
  return { size, regions: regions.filter(({ length }) => length > 0) }
}

function tooMany(place: HeaderPlace) {
  return damaged(place.archive, place.offset, `at most ${MAX_REGIONS} regions of a sparse file expected, more found`)
}
