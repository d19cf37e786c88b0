import { decodeName } from '../../file-system/name.js'
import { damaged } from './errors.js'
import type { HeaderPlace, TarHeader } from './header.js'
import type { PaxRecord } from './pax.js'
import { decimal } from './sparse.js'

const SCHILY_XATTR = 'SCHILY.xattr.'
const LIBARCHIVE_XATTR = 'LIBARCHIVE.xattr.'

/** What the headers in front of a member's own say about it: PAX records, GNU's long names. */
export class ExtendedHeader {
  readonly #values = new Map<string, Uint8Array>()
  /** Keys that repeat, in order: the map of sparse format 0.0. */
  readonly #sparseNumbers: number[] = []

  /** @param defaults - what global headers said so far */
  constructor(defaults: ReadonlyMap<string, Uint8Array> = new Map()) {
    for (const [key, value] of defaults) this.#values.set(key, value)
  }

  get values(): ReadonlyMap<string, Uint8Array> {
    return this.#values
  }

  get isEmpty(): boolean {
    return this.#values.size === 0
  }

  add(records: readonly PaxRecord[], place: HeaderPlace): void {
    for (const { key, value } of records) {
      if (key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes') {
        this.#sparseNumbers.push(decimal(latin1(value), place))
      }
      // An empty value takes back what a global header said.
      if (value.length === 0 && !key.startsWith(SCHILY_XATTR)) this.#values.delete(key)
      else this.#values.set(key, value)
    }
  }

  set(key: string, value: Uint8Array): void {
    this.#values.set(key, value)
  }

  text(key: string): string | undefined {
    const value = this.#values.get(key)
    return value && decodeName(value)
  }

  /** @throws KairosError `tar/damaged` */
  number(key: string, place: HeaderPlace): number | undefined {
    const value = this.#values.get(key)
    return value && decimal(latin1(value), place)
  }

  /** Offsets and lengths of sparse formats 0.0 and 0.1. */
  sparseNumbers(place: HeaderPlace): readonly number[] | undefined {
    const map = this.#values.get('GNU.sparse.map')
    if (map)
      return latin1(map)
        .split(',')
        .filter(Boolean)
        .map((text) => decimal(text, place))
    return this.#values.has('GNU.sparse.size') ? this.#sparseNumbers : undefined
  }

  /** Seconds with a fraction (POSIX pax, "pax Extended Header File Times"), or those of the header. */
  mtime(header: TarHeader, place: HeaderPlace): Date {
    const value = this.#values.get('mtime')
    const text = value && latin1(value)
    if (text !== undefined && !/^-?[0-9]{1,16}(\.[0-9]*)?$/.test(text)) {
      throw damaged(place.archive, place.offset, `mtime: seconds expected, ${JSON.stringify(text.slice(0, 40))} found`)
    }
    // In whole milliseconds from the digits: a product of floating point numbers would be one off now and then.
    const [seconds = '0', fraction = ''] = text === undefined ? [String(header.mtime)] : text.split('.')
    const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3))
    const date = new Date(Number(seconds) * 1000 + (seconds.startsWith('-') ? -milliseconds : milliseconds))
    if (Number.isNaN(date.getTime())) {
      throw damaged(place.archive, place.offset, `mtime: a date expected, ${seconds} seconds found`)
    }
    return date
  }

  /**
   * Extended attributes: SCHILY.xattr records are binary; LIBARCHIVE.xattr ones have a URL-encoded name and a base64 value.
   * bsdtar writes both.
   */
  xattrs(): ReadonlyMap<string, Uint8Array> | undefined {
    const xattrs = new Map<string, Uint8Array>()
    for (const [key, value] of this.#values) {
      if (key.startsWith(LIBARCHIVE_XATTR)) {
        const name = urlDecoded(key.slice(LIBARCHIVE_XATTR.length))
        if (!xattrs.has(name)) xattrs.set(name, Buffer.from(latin1(value), 'base64'))
      }
    }
    for (const [key, value] of this.#values) {
      if (key.startsWith(SCHILY_XATTR)) xattrs.set(key.slice(SCHILY_XATTR.length), value)
    }
    return xattrs.size === 0 ? undefined : xattrs
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

function urlDecoded(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
