import { BLOCK_SIZE } from './errors.js'
import { TypeFlag } from './header.js'
import { encodeOctal } from './numbers.js'
import { encodePaxRecords, type PaxRecord } from './pax.js'

/** What a header is to say. Numbers and texts that it has no room for go into a PAX header in front of it. */
export interface HeaderFields {
  readonly name: Uint8Array
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Bytes of content stored behind it. */
  readonly size: number
  readonly mtime: Date
  readonly typeFlag: string
  readonly linkName?: Uint8Array
  readonly major?: number
  readonly minor?: number
  /** More records: extended attributes, a sparse file's size. */
  readonly records?: readonly PaxRecord[]
}

/** Names that are fields of a header only in so far as it has room for ASCII. */
const NAME_SIZE = 100
const PREFIX_SIZE = 155

/** A POSIX ustar header, behind a PAX extended header where it needs one. The same fields give the same bytes. */
export function encodeHeader(fields: HeaderFields): Uint8Array {
  const records: PaxRecord[] = []
  const number = (key: string, value: number, size: number) => {
    const encoded = encodeOctal(value, size)
    if (!encoded) records.push({ key, value: Buffer.from(String(value)) })
    return encoded ?? encodeOctal(0, size)
  }
  const name = splitName(fields.name)
  if (!name) records.push({ key: 'path', value: fields.name })
  const linkName = fields.linkName ?? new Uint8Array(0)
  const hasLinkName = linkName.length <= NAME_SIZE && isAscii(linkName)
  if (!hasLinkName) records.push({ key: 'linkpath', value: linkName })
  const block = Buffer.alloc(BLOCK_SIZE)
  const put = (bytes: Uint8Array | undefined, at: number) => bytes && block.set(bytes, at)
  put(name?.name ?? truncated(fields.name), 0)
  put(encodeOctal(fields.mode, 8), 100)
  put(number('uid', fields.uid, 8), 108)
  put(number('gid', fields.gid, 8), 116)
  put(number('size', fields.size, 12), 124)
  put(encodeMtime(fields.mtime, records), 136)
  block.fill(0x20, 148, 156)
  block.write(fields.typeFlag, 156, 'latin1')
  put(hasLinkName ? linkName : truncated(linkName), 157)
  block.write('ustar\x0000', 257, 'latin1')
  if (fields.major !== undefined) put(number('SCHILY.devmajor', fields.major, 8), 329)
  if (fields.minor !== undefined) put(number('SCHILY.devminor', fields.minor, 8), 337)
  put(name?.prefix, 345)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  records.push(...(fields.records ?? []))
  return records.length === 0 ? block : Buffer.concat([encodePaxHeader(records), block])
}

/** Zeros that fill content up to a whole block. */
export function padding(size: number): Uint8Array {
  return new Uint8Array((BLOCK_SIZE - (size % BLOCK_SIZE)) % BLOCK_SIZE)
}

function encodePaxHeader(records: readonly PaxRecord[]): Uint8Array {
  // Values are bytes unless said otherwise: names that are not UTF-8 have to be announced.
  const isText = records.every(({ key, value }) => !key.endsWith('path') || isUtf8(value))
  const charset: PaxRecord[] = isText ? [] : [{ key: 'hdrcharset', value: Buffer.from('BINARY') }]
  const content = encodePaxRecords([...charset, ...records])
  const header = encodeHeader({
    name: Buffer.from('./PaxHeaders/member'),
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: content.length,
    mtime: new Date(0),
    typeFlag: TypeFlag.paxHeader,
  })
  return Buffer.concat([header, content, padding(content.length)])
}

function encodeMtime(mtime: Date, records: PaxRecord[]): Uint8Array | undefined {
  const milliseconds = mtime.getTime()
  const encoded = encodeOctal(Math.max(0, Math.floor(milliseconds / 1000)), 12)
  if (milliseconds < 0 || milliseconds % 1000 !== 0 || !encoded) {
    const sign = milliseconds < 0 ? '-' : ''
    const size = Math.abs(milliseconds)
    const fraction = size % 1000 === 0 ? '' : `.${String(size % 1000).padStart(3, '0')}`
    records.push({ key: 'mtime', value: Buffer.from(`${sign}${Math.floor(size / 1000)}${fraction}`) })
  }
  return encoded ?? encodeOctal(0, 12)
}

/** The name as the two fields that a reader joins with a slash; `undefined` when it does not fit them. */
function splitName(name: Uint8Array): { name: Uint8Array; prefix?: Uint8Array } | undefined {
  if (!isAscii(name)) return undefined
  if (name.length <= NAME_SIZE) return { name }
  const slash = name.indexOf(0x2f, name.length - NAME_SIZE - 1)
  if (slash <= 0 || slash > PREFIX_SIZE || slash === name.length - 1) return undefined
  return { name: name.subarray(slash + 1), prefix: name.subarray(0, slash) }
}

function truncated(name: Uint8Array): Uint8Array {
  return name.subarray(0, NAME_SIZE)
}

function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte > 0 && byte < 0x80)
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}
