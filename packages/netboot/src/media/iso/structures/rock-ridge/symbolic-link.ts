import { encodeName } from '../../../../file-system/name.js'
import { structureReader } from '../structure-reader.js'
import { encodeSystemUseEntry } from '../system-use-entry.js'

/**
 * SL: where a symbolic link leads, or a part of it (RRIP 1.12 section 4.1.3).
 *
 *     Offset  Size  Field
 *     4       1     flags: 1, the link goes on in the next SL entry
 *     5       ...   component records:
 *
 *     0       1     flags of the component
 *     1       1     length of the component's bytes
 *     2       ...   bytes
 */
export interface SymbolicLinkPart {
  /** The link goes on in the next SL entry. */
  readonly more: boolean
  readonly components: readonly LinkComponent[]
}

export interface LinkComponent {
  /** Bits of {@link ComponentFlag}. */
  readonly flags: number
  readonly content: Uint8Array
}

export const ComponentFlag = {
  /** The component goes on in the next record. */
  continue: 1,
  /** The component is ".". */
  current: 2,
  /** The component is "..". */
  parent: 4,
  /** The component is the root: the link is absolute. */
  root: 8,
} as const

const MAX_COMPONENT_BYTES = 248
const MAX_COMPONENTS_BYTES = 250

/** @throws KairosError `iso/damaged` */
export function decodeSymbolicLink(data: Uint8Array, origin = 0): SymbolicLinkPart {
  const reader = structureReader(data, 'SL entry', origin)
  const flags = reader.uint8('flags')
  const components: LinkComponent[] = []
  while (reader.remaining > 1) {
    const componentFlags = reader.uint8('flags of the component')
    const length = reader.uint8('length of the component')
    // genisoimage cuts the last component of a long link; what there is of it is all that anybody can read.
    const content = reader.bytes(Math.min(length, reader.remaining), 'component')
    components.push({ flags: componentFlags, content })
  }
  return { more: (flags & 1) !== 0, components }
}

export function encodeSymbolicLinkPart({ more, components }: SymbolicLinkPart): Uint8Array {
  const records = components.map(({ flags, content }) => Buffer.from([flags, content.length, ...content]))
  return encodeSystemUseEntry('SL', new Uint8Array(Buffer.concat([Buffer.from([more ? 1 : 0]), ...records])))
}

/** The target that the parts of a link spell, as bytes: a file name is bytes. */
export function linkTarget(parts: readonly SymbolicLinkPart[]): Uint8Array {
  const pieces: Uint8Array[] = []
  let separate = false
  for (const { flags, content } of parts.flatMap((part) => part.components)) {
    if (separate) pieces.push(Buffer.from('/'))
    if (flags & ComponentFlag.root) pieces.push(Buffer.from('/'))
    else if (flags & ComponentFlag.current) pieces.push(Buffer.from('.'))
    else if (flags & ComponentFlag.parent) pieces.push(Buffer.from('..'))
    else pieces.push(content)
    separate = (flags & (ComponentFlag.continue | ComponentFlag.root)) === 0
  }
  return new Uint8Array(Buffer.concat(pieces))
}

/** One SL entry for a target, or as many as it needs. */
export function encodeSymbolicLinks(target: string): Uint8Array[] {
  const groups: LinkComponent[][] = [[]]
  let used = 0
  for (const component of componentsOf(target)) {
    const size = 2 + component.content.length
    if (used + size > MAX_COMPONENTS_BYTES) {
      groups.push([])
      used = 0
    }
    groups.at(-1)?.push(component)
    used += size
  }
  return groups.map((components, index) => encodeSymbolicLinkPart({ more: index < groups.length - 1, components }))
}

function componentsOf(target: string): LinkComponent[] {
  const none = new Uint8Array(0)
  const components: LinkComponent[] = []
  if (target.startsWith('/')) components.push({ flags: ComponentFlag.root, content: none })
  for (const name of target.split('/')) {
    if (name === '') continue
    if (name === '.') components.push({ flags: ComponentFlag.current, content: none })
    else if (name === '..') components.push({ flags: ComponentFlag.parent, content: none })
    else {
      const bytes = new Uint8Array(encodeName(name))
      for (let at = 0; at < bytes.length; at += MAX_COMPONENT_BYTES) {
        const flags = at + MAX_COMPONENT_BYTES < bytes.length ? ComponentFlag.continue : 0
        components.push({ flags, content: bytes.subarray(at, at + MAX_COMPONENT_BYTES) })
      }
    }
  }
  return components
}
