import { createHash } from 'node:crypto'
import type { Block } from './block.js'
import type { Entry, Storage } from './entry.js'

/** The hash that EdgeVPN gives a block: hex SHA-256 over index, timestamp, storage and previous hash as Go prints them. */
export function blockHash(block: Omit<Block, 'hash'>): string {
  return createHash('sha256').update(checksumInput(block)).digest('hex')
}

/** `fmt.Sprint(Index, Timestamp, Storage, PrevHash)` in Go: no separators, maps with their keys sorted by bytes. */
export function checksumInput(block: Omit<Block, 'hash'>): string {
  return `${block.index}${block.timestamp}${printStorage(block.storage)}${block.prevHash}`
}

function printStorage(storage: Storage): string {
  return printMap(storage, (keys) => printMap(keys, printEntry))
}

function printMap<T>(map: ReadonlyMap<string, T>, print: (value: T) => string): string {
  const sorted = [...map].sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
  return `map[${sorted.map(([key, value]) => `${key}:${print(value)}`).join(' ')}]`
}

function printEntry(entry: Entry): string {
  if (typeof entry === 'string') return `{${entry}  0 0 false []}`
  const { value, owner, version, updatedAt, deleted, signature } = entry
  return `{${value} ${owner} ${version} ${updatedAt} ${deleted} [${[...signature].join(' ')}]}`
}
