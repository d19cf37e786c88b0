import { encodeName } from '../../../file-system/name.js'
import type { DirectoryTree } from '../read/directory-tree.js'
import { encodeAlternateNames } from '../structures/rock-ridge/alternate-name.js'
import { encodePosixAttributes } from '../structures/rock-ridge/posix-attributes.js'
import { encodeSymbolicLinks } from '../structures/rock-ridge/symbolic-link.js'
import { encodeTimeStamps } from '../structures/rock-ridge/time-stamps.js'
import { SECTOR_SIZE } from '../structures/sector.js'
import { CONTINUATION_ENTRY_SIZE, encodeContinuationArea } from '../structures/susp/continuation-area.js'

export interface NewAttributes {
  /** `undefined` for "." and "..". */
  readonly name: string | undefined
  /** Type and permissions. */
  readonly mode: number
  readonly links: number
  readonly user: number
  readonly group: number
  readonly modifiedAt: Date
  readonly target?: string | undefined
}

/** A system use area, and what does not fit into it. */
export interface NewSystemUse {
  readonly area: Uint8Array
  /** Areas that have to be placed; the CE entry of each is the last of the area before. */
  readonly continuations: readonly Uint8Array[]
}

/** A CE entry whose numbers are filled in when its area is placed. */
const UNPLACED = encodeContinuationArea({ block: 0, offset: 0, length: 0 })
/** Bytes of NM in front of the name. */
const NAME_HEADER_SIZE = 5

/**
 * The Rock Ridge entries of a new record.
 *
 * @param room - bytes that the record has left for them
 */
export function newSystemUse(tree: DirectoryTree, attributes: NewAttributes, room: number): NewSystemUse {
  if (tree.kind !== 'rock-ridge') return { area: new Uint8Array(0), continuations: [] }
  const { mode, links, user, group, modifiedAt, target } = attributes
  const serial = tree.serialNumbers ? 0 : undefined
  const fixed = [
    encodePosixAttributes({ mode, links, user, group, serial }),
    encodeTimeStamps({ modifiedAt, accessedAt: modifiedAt, changedAt: modifiedAt }),
  ]
  const used = tree.systemUseSkip + totalSize(fixed)
  const targets = target === undefined ? [] : encodeSymbolicLinks(target)
  const name = attributes.name === undefined ? undefined : encodeName(attributes.name)
  const whole = name ? encodeAlternateNames(name) : []
  const fits = used + totalSize(whole) + totalSize(targets) <= room
  // The name begins in the record even if it goes on elsewhere: isoinfo takes no name that is elsewhere altogether.
  const names = name && !fits ? encodeAlternateNames(name, room - used - NAME_HEADER_SIZE - UNPLACED.length) : whole
  const [first = [], ...rest] = fill([...fixed, ...names, ...targets], room - tree.systemUseSkip, SECTOR_SIZE)
  const areas = [[new Uint8Array(tree.systemUseSkip), ...first], ...rest].map((pieces, index) =>
    index < rest.length ? [...pieces, UNPLACED] : pieces,
  )
  const [area = new Uint8Array(0), ...continuations] = areas.map((pieces) => new Uint8Array(Buffer.concat(pieces)))
  return { area, continuations }
}

/** Distributes entries in order over a first area and further ones, each with room for a CE entry if another follows. */
function fill(entries: readonly Uint8Array[], firstRoom: number, furtherRoom: number): Uint8Array[][] {
  const areas: Uint8Array[][] = [[]]
  let left = firstRoom
  entries.forEach((entry, index) => {
    const remaining = totalSize(entries.slice(index))
    if (remaining > left && entry.length + CONTINUATION_ENTRY_SIZE > left) {
      areas.push([])
      left = furtherRoom
    }
    areas.at(-1)?.push(entry)
    left -= entry.length
  })
  return areas
}

function totalSize(entries: readonly Uint8Array[]): number {
  return entries.reduce((sum, { length }) => sum + length, 0)
}
