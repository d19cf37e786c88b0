import { KairosError } from '@kairos-sdk/core'
import type { ReadOptions } from '../../bytes/byte-source.js'
import type { DataRegion } from '../../file-system/entry.js'
import { decodeName } from '../../file-system/name.js'
import { ChunkReader } from './chunk-reader.js'
import { BLOCK_SIZE, damaged } from './errors.js'
import { ExtendedHeader } from './extended-header.js'
import { decodeHeader, type HeaderPlace, hasValidChecksum, isZeroBlock, type TarHeader, TypeFlag } from './header.js'
import type { TarMember, TarMemberType } from './member.js'
import { decodePaxRecords } from './pax.js'
import { readOldSparseMap, readSparseMap1, regionsOfNumbers } from './sparse.js'

/** Attributes of a file have up to 64 KiB each, and sparse maps are text. */
const MAX_EXTENDED_HEADER = 8 * 1024 * 1024

/** What global headers say is put to every member, and nobody has more to say of all: git and star write a comment. */
const MAX_GLOBAL_RECORDS = 100
const MAX_GLOBAL_BYTES = 64 * 1024

/** Linux's paths have at most 4,096 bytes. */
const MAX_LONG_NAME = 64 * 1024

/** Headers of one member: more than these few would never end. */
const MAX_HEADERS = 16

const TYPES: Readonly<Record<string, TarMemberType>> = {
  [TypeFlag.file]: 'file',
  [TypeFlag.oldFile]: 'file',
  [TypeFlag.contiguousFile]: 'file',
  [TypeFlag.gnuSparse]: 'file',
  [TypeFlag.hardLink]: 'hardlink',
  [TypeFlag.symlink]: 'symlink',
  [TypeFlag.characterDevice]: 'character-device',
  [TypeFlag.blockDevice]: 'block-device',
  [TypeFlag.directory]: 'directory',
  [TypeFlag.gnuDumpDirectory]: 'directory',
  [TypeFlag.fifo]: 'fifo',
}

export interface ReadTarOptions extends ReadOptions {
  /** What is read, to begin error messages with. */
  readonly name: string
}

/**
 * Reads a tar archive: POSIX ustar and pax, GNU (long names, base-256 numbers, all four formats of sparse files), V7. The
 * stream is read as fast as its members are asked for and their content is read, and to its end: behind the archive's
 * end marker (two zero blocks; the end of the stream will do) whatever follows is read and dropped.
 *
 * User and group names are not looked at: owners are numbers. ACLs are left out.
 *
 * @throws KairosError while reading: `tar/damaged` with the offset of what is wrong; `tar/unsupported` for archives of
 *   several volumes and for unknown types of members; `aborted`; and what `bytes` throws
 */
export async function* readTar(bytes: AsyncIterable<Uint8Array>, options: ReadTarOptions): AsyncGenerator<TarMember> {
  const reader = new ChunkReader(bytes, options.name, options.signal)
  const archive = new ArchiveReader(reader, options.name)
  try {
    for (let member = await archive.next(); member; member = await archive.next()) yield member
    await reader.drain()
  } finally {
    await reader.close()
  }
}

/** A member's content, and where it ends. */
interface Stored {
  readonly size: number
  readonly stored: number
  readonly regions?: readonly DataRegion[]
}

class ArchiveReader {
  readonly #reader: ChunkReader
  readonly #archive: string
  readonly #global = new Map<string, Uint8Array>()
  /** Bytes of the member at hand that were not read, and of the padding behind them. */
  #unread = 0
  #padding = 0

  constructor(reader: ChunkReader, archive: string) {
    this.#reader = reader
    this.#archive = archive
  }

  async next(): Promise<TarMember | undefined> {
    await this.#reader.skip(this.#unread + this.#padding, 'the content of a member')
    this.#unread = 0
    this.#padding = 0
    const extended = new ExtendedHeader(this.#global)
    const start = this.#reader.offset
    for (let count = 0; count < MAX_HEADERS; count++) {
      const place = { archive: this.#archive, offset: this.#reader.offset }
      const header = await this.#header(place)
      if (!header) {
        if (count > 0) throw damaged(this.#archive, place.offset, 'a member expected, the end of the archive found')
        return undefined
      }
      if (!(await this.#readExtension(header, extended, place))) return await this.#member(header, extended, place)
      // What is global holds for the members behind it only.
      if (header.typeFlag === TypeFlag.paxGlobalHeader) count--
    }
    throw damaged(this.#archive, start, `a member within ${MAX_HEADERS} headers expected, none found`)
  }

  async #header(place: HeaderPlace): Promise<TarHeader | undefined> {
    const block = this.#reader.takeNow(BLOCK_SIZE) ?? (await this.#reader.take(BLOCK_SIZE))
    if (block.length === 0) return undefined
    if (block.length < BLOCK_SIZE) {
      throw damaged(this.#archive, place.offset + block.length, 'a whole tar header expected, the end found')
    }
    if (block[0] === 0 && isZeroBlock(block)) {
      const second = await this.#reader.take(BLOCK_SIZE)
      if (isZeroBlock(second)) return undefined
      throw damaged(this.#archive, place.offset, 'two zero blocks as the end of the archive expected, one found')
    }
    return decodeHeader(block, place)
  }

  /** Reads a header that describes the members behind it; false when it is a member's own. */
  async #readExtension(header: TarHeader, extended: ExtendedHeader, place: HeaderPlace): Promise<boolean> {
    const content = async (limit: number) => {
      if (header.size > limit) {
        throw damaged(
          place.archive,
          place.offset,
          `an extended header of up to ${limit} bytes expected, ${header.size} found`,
        )
      }
      const bytes = await this.#reader.expect(header.size, 'an extended header')
      await this.#reader.skip(paddingOf(header.size), 'an extended header')
      return bytes
    }
    switch (header.typeFlag) {
      case TypeFlag.paxHeader:
      case TypeFlag.solarisPaxHeader:
        extended.add(decodePaxRecords(await content(MAX_EXTENDED_HEADER), place), place)
        return true
      case TypeFlag.paxGlobalHeader: {
        const records = decodePaxRecords(await content(MAX_EXTENDED_HEADER), place)
        this.#addGlobal(records, place)
        extended.add(records, place)
        return true
      }
      case TypeFlag.gnuLongName:
        extended.set('path', untilNul(await content(MAX_LONG_NAME)))
        return true
      case TypeFlag.gnuLongLink:
        extended.set('linkpath', untilNul(await content(MAX_LONG_NAME)))
        return true
      case TypeFlag.gnuVolume:
        await content(MAX_EXTENDED_HEADER)
        return true
      default:
        return false
    }
  }

  #addGlobal(records: ReturnType<typeof decodePaxRecords>, place: HeaderPlace): void {
    let size = 0
    for (const { key, value } of records) {
      if (value.length === 0) this.#global.delete(key)
      else this.#global.set(key, value)
    }
    for (const [key, value] of this.#global) size += key.length + value.length
    if (this.#global.size > MAX_GLOBAL_RECORDS || size > MAX_GLOBAL_BYTES) {
      const expected = `global headers of up to ${MAX_GLOBAL_RECORDS} records and ${MAX_GLOBAL_BYTES} bytes expected`
      throw damaged(place.archive, place.offset, `${expected}, ${this.#global.size} of ${size} bytes found`)
    }
  }

  async #member(header: TarHeader, extended: ExtendedHeader, place: HeaderPlace): Promise<TarMember> {
    const path = extended.text('GNU.sparse.name') ?? extended.text('path') ?? decodeName(header.name)
    const type = typeOf(header, path, place)
    const { size, stored, regions } = await this.#content(type, header, extended, place)
    this.#unread = stored
    const { offset } = place
    return {
      type,
      path,
      mode: header.mode,
      uid: extended.number('uid', place) ?? header.uid,
      gid: extended.number('gid', place) ?? header.gid,
      mtime: extended.mtime(header, place),
      target:
        type === 'hardlink' || type === 'symlink' ? (extended.text('linkpath') ?? decodeName(header.linkName)) : '',
      major: extended.number('SCHILY.devmajor', place) ?? header.major,
      minor: extended.number('SCHILY.devminor', place) ?? header.minor,
      xattrs: extended.isEmpty ? undefined : extended.xattrs(),
      size,
      regions,
      chunks: stored === 0 ? NOTHING : { [Symbol.asyncIterator]: () => this.#chunks(path, offset) },
      offset,
    }
  }

  async #content(
    type: TarMemberType,
    header: TarHeader,
    extended: ExtendedHeader,
    place: HeaderPlace,
  ): Promise<Stored> {
    const stored = extended.number('size', place) ?? header.size
    if (type === 'hardlink') {
      // POSIX lets a link bring the content along; others write the size of the file, and no content.
      const hasContent = stored > 0 && !(await this.#isHeaderNext())
      this.#padding = hasContent ? paddingOf(stored) : 0
      return hasContent ? { size: stored, stored } : { size: 0, stored: 0 }
    }
    // In directories a size is room that they may take, and of other types it means nothing.
    const isStored = type === 'file' || header.typeFlag === TypeFlag.gnuDumpDirectory
    if (!isStored) return { size: 0, stored: 0 }
    this.#padding = paddingOf(stored)
    if (type === 'directory') return { size: 0, stored }
    if (header.typeFlag === TypeFlag.gnuSparse) {
      return { stored, ...(await readOldSparseMap({ ...header, size: stored }, this.#reader, place)) }
    }
    if (extended.text('GNU.sparse.major') === '1' && extended.text('GNU.sparse.minor') === '0') {
      const size = extended.number('GNU.sparse.realsize', place) ?? -1
      const { taken, regions } = await readSparseMap1(size, stored, this.#reader, place)
      return { size, stored: stored - taken, regions }
    }
    const numbers = extended.sparseNumbers(place)
    if (!numbers) return { size: stored, stored }
    const size = extended.number('GNU.sparse.size', place) ?? extended.number('GNU.sparse.realsize', place) ?? -1
    return { stored, ...regionsOfNumbers(size, numbers, stored, place) }
  }

  async #isHeaderNext(): Promise<boolean> {
    const block = await this.#reader.peek(BLOCK_SIZE)
    return block.length < BLOCK_SIZE || isZeroBlock(block) || hasValidChecksum(block)
  }

  async *#chunks(path: string, offset: number): AsyncGenerator<Uint8Array> {
    const what = `the content of ${path} (header at ${offset})`
    while (this.#unread > 0) {
      const chunk = await this.#reader.some(this.#unread, what)
      this.#unread -= chunk.length
      yield chunk
    }
  }
}

const NOTHING: AsyncIterable<Uint8Array> = {
  async *[Symbol.asyncIterator]() {},
}

function typeOf(header: TarHeader, path: string, place: HeaderPlace): TarMemberType {
  const type = TYPES[header.typeFlag]
  if (type === undefined) {
    const found = JSON.stringify(header.typeFlag)
    throw new KairosError('tar/unsupported', `${place.archive}: a known type of ${path} expected, ${found} found.`, {
      hint: 'Archives of several volumes cannot be read; others can be made again with: tar --format=posix',
    })
  }
  // Before POSIX, directories were files whose name ends in a slash.
  return type === 'file' && header.typeFlag !== TypeFlag.gnuSparse && path.endsWith('/') ? 'directory' : type
}

function paddingOf(size: number): number {
  return (BLOCK_SIZE - (size % BLOCK_SIZE)) % BLOCK_SIZE
}

function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0)
  return Uint8Array.from(end === -1 ? bytes : bytes.subarray(0, end))
}
