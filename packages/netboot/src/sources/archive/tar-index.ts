import { posix } from 'node:path'
import { KairosError, throwIfAborted } from '@kairos-sdk/core'
import { type ByteSource, type ReadOptions, readFully, sliceSource } from '../../bytes/index.js'
import { BLOCK_SIZE } from '../tar/errors.js'
import { decodeHeader, isZeroBlock, type TarHeader, TypeFlag } from '../tar/header.js'
import { decodePaxRecords } from '../tar/pax.js'
import type { ArchiveFiles } from './archive-files.js'

/** An archive of images has some hundred members. One with this many is something else, such as a root file system. */
const MAX_MEMBERS = 65_536
/** Names and links are paths; nothing else of an extended header is used. */
const MAX_EXTENSION_BYTES = 1024 * 1024
const MAX_LINKS = 16

type Member =
  | { readonly kind: 'file'; readonly offset: number; readonly size: number }
  | { readonly kind: 'link'; readonly target: string }

/** What extended headers say of the member behind them. */
interface Extension {
  path?: string
  linkPath?: string
  size?: number
  isSparse?: boolean
}

/**
 * Reads the headers of a tar archive once and finds its files as ranges of it: nothing is unpacked. Of members with equal
 * names the last counts, as when unpacking.
 *
 * @throws KairosError `tar/damaged`, `image/malformed`, `input/*`, `aborted`
 */
export async function indexTar(archive: ByteSource, options: ReadOptions = {}): Promise<ArchiveFiles> {
  const members = new Map<string, Member>()
  let count = 0
  let extension: Extension = {}
  for (let at = 0; at + BLOCK_SIZE <= archive.size; ) {
    throwIfAborted(options.signal, `Cannot read ${archive.name}`)
    const block = await readFully(archive, at, BLOCK_SIZE, options)
    if (isZeroBlock(block)) break
    const header = decodeHeader(block, { archive: archive.name, offset: at })
    const size = hasContent(header) ? (extension.size ?? header.size) : 0
    const offset = at + BLOCK_SIZE
    if (offset + size > archive.size) {
      throw new KairosError('tar/damaged', `${archive.name}: ${offset + size} bytes expected, ${archive.size} found.`, {
        hint: 'The archive is cut off. Write it again.',
      })
    }
    if (++count > MAX_MEMBERS) throw notAnImage(archive)
    if (isExtension(header)) {
      extension = { ...extension, ...(await readExtension(archive, header, offset, size, options)) }
    } else {
      const member = memberOf(header, extension, offset, size)
      if (member) members.set(normalized(extension.path ?? decode(header.name)), member)
      extension = {}
    }
    at = offset + Math.ceil(size / BLOCK_SIZE) * BLOCK_SIZE
  }
  return {
    name: archive.name,
    async file(path) {
      let name = normalized(path)
      for (let links = 0; links < MAX_LINKS; links++) {
        const member = members.get(name)
        if (!member) return undefined
        if (member.kind === 'file')
          return sliceSource(archive, member.offset, member.size, `${path} in ${archive.name}`)
        name = normalized(member.target)
      }
      throw new KairosError(
        'image/malformed',
        `${archive.name}: a file ${JSON.stringify(path)} expected, a circle of links found.`,
      )
    },
  }
}

function memberOf(header: TarHeader, extension: Extension, offset: number, size: number): Member | undefined {
  const name = extension.path ?? decode(header.name)
  const target = extension.linkPath ?? decode(header.linkName)
  switch (header.typeFlag) {
    case TypeFlag.file:
    case TypeFlag.oldFile:
    case TypeFlag.contiguousFile:
      // Nobody writes blobs as sparse files, and their stored bytes are not their content.
      return extension.isSparse ? undefined : { kind: 'file', offset, size }
    case TypeFlag.hardLink:
      return { kind: 'link', target }
    case TypeFlag.symlink:
      // Older Dockers store a layer that two images share once, and link to it.
      return { kind: 'link', target: posix.join(posix.dirname(name), target) }
    default:
      return undefined
  }
}

/** Of links and directories the size is that of something else. */
function hasContent({ typeFlag }: TarHeader): boolean {
  const without: readonly string[] = [
    TypeFlag.hardLink,
    TypeFlag.symlink,
    TypeFlag.directory,
    TypeFlag.fifo,
    TypeFlag.characterDevice,
    TypeFlag.blockDevice,
  ]
  return !without.includes(typeFlag)
}

function isExtension({ typeFlag }: TarHeader): boolean {
  const extensions: readonly string[] = [
    TypeFlag.paxHeader,
    TypeFlag.solarisPaxHeader,
    TypeFlag.paxGlobalHeader,
    TypeFlag.gnuLongName,
    TypeFlag.gnuLongLink,
  ]
  return extensions.includes(typeFlag)
}

async function readExtension(
  archive: ByteSource,
  { typeFlag }: TarHeader,
  offset: number,
  size: number,
  options: ReadOptions,
): Promise<Extension> {
  // Comments, such as the commit that an archive was made of.
  if (typeFlag === TypeFlag.paxGlobalHeader) return {}
  if (size > MAX_EXTENSION_BYTES) {
    throw new KairosError(
      'tar/damaged',
      `${archive.name}: an extended header of at most ${MAX_EXTENSION_BYTES} bytes expected, one of ${size} found.`,
    )
  }
  const bytes = await readFully(archive, offset, size, options)
  if (typeFlag === TypeFlag.gnuLongName) return { path: decode(untilZero(bytes)) }
  if (typeFlag === TypeFlag.gnuLongLink) return { linkPath: decode(untilZero(bytes)) }
  const extension: Extension = {}
  for (const { key, value } of decodePaxRecords(bytes, { archive: archive.name, offset })) {
    if (key === 'path') extension.path = decode(value)
    else if (key === 'linkpath') extension.linkPath = decode(value)
    else if (key === 'size') extension.size = sizeOf(decode(value), archive)
    else if (key.startsWith('GNU.sparse.')) extension.isSparse = true
  }
  return extension
}

function sizeOf(text: string, archive: ByteSource): number {
  const size = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(size)) return size
  throw new KairosError(
    'tar/damaged',
    `${archive.name}: a number of bytes expected in an extended header, another text found.`,
  )
}

function untilZero(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0)
  return end < 0 ? bytes : bytes.subarray(0, end)
}

/** Names that matter are those of JSON files and digests: ASCII. */
function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
}

/** `./index.json`, `/index.json` and `index.json` are one. */
function normalized(path: string): string {
  return posix.normalize(`/${path}`).replace(/\/+$/, '').slice(1)
}

function notAnImage({ name }: ByteSource): KairosError {
  return new KairosError(
    'image/malformed',
    `${name}: an archive of images expected, one of more than ${MAX_MEMBERS} files found.`,
    {
      hint: `If it holds a root file system: tar:${name}`,
    },
  )
}
