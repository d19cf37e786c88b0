import { gunzipSync, gzipSync } from 'node:zlib'
import { KairosError } from '@kairos-sdk/core'
import type { Entry, SignedEntry, Storage } from './entry.js'

/** One state of the ledger. A block replaces the one before it; there is no chain to follow. */
export interface Block {
  /** Height; a higher block wins. An int64 on the wire. */
  readonly index: bigint
  /** Go's `time.Time.String()`; for people. */
  readonly timestamp: string
  readonly storage: Storage
  /** Decides between blocks of one height: the one that sorts higher wins. Nobody verifies it. */
  readonly hash: string
  readonly prevHash: string
}

/** The highest index that a ledger takes over from others: room stays to write above it before int64 ends. */
export const MAX_INDEX = 2n ** 63n - 2n ** 32n

const INT64_MAX = 2n ** 63n - 1n
/** Values of a block, counted by what stands before and between them. A ledger of 8,000 signed entries has 112,000. */
const MAX_VALUES = 120_000

/**
 * Reads a block: gzip of a JSON object (see `decodeBlockJson`).
 *
 * @param maxBytes - largest JSON text that is unpacked; the token's `maxMessageSize`
 * @throws KairosError `ledger/too-large`; `ledger/invalid-block`, also for one of more than 120,000 values
 */
export function decodeBlock(data: Uint8Array, maxBytes: number): Block {
  let json: Buffer
  try {
    json = gunzipSync(data, { maxOutputLength: maxBytes })
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new KairosError('ledger/too-large', `A block unpacks to more than ${maxBytes} bytes.`, { cause })
    }
    throw invalid('gzip data', 'something else', cause)
  }
  return decodeBlockJson(json)
}

/** Writes a block as EdgeVPN does. */
export function encodeBlock(block: Block): Uint8Array {
  return gzipSync(encodeBlockJson(block))
}

/**
 * Reads the JSON text of a block:
 *
 *     {"Index": int64, "Timestamp": string, "Storage": {bucket: {key: entry}}, "Hash": hex, "PrevHash": hex}
 *
 * An entry is a string of JSON text, or an object `{Value, Owner, Version, UpdatedAt, Deleted, Sig}`. Fields may be
 * missing, as Go reads them; unknown ones are dropped, as Go drops them.
 *
 * @throws KairosError `ledger/invalid-block`
 */
export function decodeBlockJson(json: Uint8Array): Block {
  const block = fields(parseExact(json), 'a block')
  const index = int(block, 'Index', -(2n ** 63n), INT64_MAX)
  if (index < 0n) throw invalid('Index of 0 or more', String(index))
  return {
    index,
    timestamp: text(block, 'Timestamp'),
    storage: new Map(
      entries(block.Storage, 'Storage').map(([bucket, keys]) => [
        bucket,
        new Map(entries(keys, 'a bucket').map(([key, entry]) => [key, decodeEntry(entry)])),
      ]),
    ),
    hash: text(block, 'Hash'),
    prevHash: text(block, 'PrevHash'),
  }
}

/** Writes the JSON text of a block. By hand, because JSON.stringify knows no integers above 2^53. */
export function encodeBlockJson(block: Block): string {
  const storage = object(block.storage, (keys) => object(keys, encodeEntry))
  return `{"Index":${block.index},"Timestamp":${JSON.stringify(block.timestamp)},"Storage":${storage},"Hash":${JSON.stringify(block.hash)},"PrevHash":${JSON.stringify(block.prevHash)}}`
}

function object<T>(map: ReadonlyMap<string, T>, encode: (value: T) => string): string {
  return `{${[...map].map(([key, value]) => `${JSON.stringify(key)}:${encode(value)}`).join(',')}}`
}

function encodeEntry(entry: Entry): string {
  if (typeof entry === 'string') return JSON.stringify(entry)
  const signature = Buffer.from(entry.signature).toString('base64')
  return `{"Value":${JSON.stringify(entry.value)},"Owner":${JSON.stringify(entry.owner)},"Version":${entry.version},"UpdatedAt":${entry.updatedAt},"Deleted":${entry.deleted},"Sig":"${signature}"}`
}

function decodeEntry(value: unknown): Entry {
  if (typeof value === 'string') return value
  const entry = fields(value, 'an entry')
  const deleted = entry.Deleted ?? false
  if (typeof deleted !== 'boolean') throw invalid('Deleted as true or false', 'something else')
  return {
    value: text(entry, 'Value'),
    owner: text(entry, 'Owner'),
    version: int(entry, 'Version', 0n, 2n ** 64n - 1n),
    updatedAt: int(entry, 'UpdatedAt', -(2n ** 63n), INT64_MAX),
    deleted,
    signature: Buffer.from(text(entry, 'Sig'), 'base64'),
  } satisfies SignedEntry
}

/** Parses JSON with every integer as a bigint, exact whatever its size. */
function parseExact(json: Uint8Array): unknown {
  checkValues(json)
  try {
    const source = new TextDecoder('utf-8', { fatal: true }).decode(json)
    const parse = JSON.parse as (text: string, reviver: Reviver) => unknown
    return parse(source, (_key, value, context) =>
      typeof value === 'number' && /^-?\d{1,20}$/.test(context.source ?? '') ? BigInt(context.source ?? 0) : value,
    )
  } catch (cause) {
    throw invalid('JSON', cause instanceof RangeError ? 'JSON nested too deeply' : 'something else', cause)
  }
}

/**
 * Refuses what takes long to parse. The limit of bytes is none of values: 20 KB may unpack to ten million of them, and
 * each costs a call and some memory.
 */
function checkValues(json: Uint8Array): void {
  let values = 0
  let inText = false
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]
    if (byte === QUOTE) inText = !inText
    else if (inText) at += byte === BACKSLASH ? 1 : 0
    else if (BEFORE_VALUES.has(byte) && ++values > MAX_VALUES) {
      throw invalid(`at most ${MAX_VALUES} values`, 'more')
    }
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const BEFORE_VALUES = new Set<number | undefined>(Buffer.from(',:[{'))

/** Node has the third argument since 21; TypeScript's library does not know it yet. */
type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown

type Fields = Readonly<Record<string, unknown>>

function fields(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw invalid(`an object for ${what}`, Array.isArray(value) ? 'a list' : typeof value)
}

function entries(value: unknown, what: string): [string, unknown][] {
  // Go writes a nil map as null.
  return value === undefined || value === null ? [] : Object.entries(fields(value, what))
}

function text(of: Fields, name: string): string {
  const value = of[name] ?? ''
  if (typeof value !== 'string') throw invalid(`${name} as text`, typeof value)
  return value
}

function int(of: Fields, name: string, min: bigint, max: bigint): bigint {
  const value = of[name] ?? 0n
  if (typeof value !== 'bigint') throw invalid(`${name} as a whole number`, typeof value)
  if (value < min || value > max) throw invalid(`${name} from ${min} to ${max}`, String(value))
  return value
}

function invalid(expected: string, found: string, cause?: unknown): KairosError {
  return new KairosError(
    'ledger/invalid-block',
    `A block does not hold what it should: ${expected} expected, ${found} found.`,
    {
      cause,
    },
  )
}
