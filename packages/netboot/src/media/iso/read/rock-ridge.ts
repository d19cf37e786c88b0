import { type AlternateName, decodeAlternateName, NameFlag } from '../structures/rock-ridge/alternate-name.js'
import { type DeviceNumber, decodeDeviceNumber } from '../structures/rock-ridge/device-number.js'
import { decodePosixAttributes, type PosixAttributes } from '../structures/rock-ridge/posix-attributes.js'
import { decodeRelocatedDirectory } from '../structures/rock-ridge/relocation.js'
import { decodeSymbolicLink, linkTarget, type SymbolicLinkPart } from '../structures/rock-ridge/symbolic-link.js'
import { decodeTimeStamps, type TimeStamps } from '../structures/rock-ridge/time-stamps.js'
import type { SystemUseEntry } from '../structures/system-use-entry.js'

/** What Rock Ridge says about a directory record. */
export interface RockRidgeAttributes {
  /** Bytes of the name; `undefined` when the identifier is the name. */
  readonly name: Uint8Array | undefined
  readonly posix: PosixAttributes | undefined
  readonly device: DeviceNumber | undefined
  /** Bytes of the target of a symbolic link. */
  readonly link: Uint8Array | undefined
  readonly times: TimeStamps | undefined
  /** CL: the block of the directory that belongs here. */
  readonly childLink: number | undefined
  /** PL: the block of the directory that this one belongs into. */
  readonly parentLink: number | undefined
  /** RE: the directory is only kept here and belongs elsewhere. */
  readonly relocated: boolean
}

/**
 * Gathers the Rock Ridge entries of a system use area (RRIP 1.12).
 *
 * @param position - where the record lies in the image, for error messages
 * @throws KairosError `iso/damaged`
 */
export function rockRidgeAttributes(entries: readonly SystemUseEntry[], position: number): RockRidgeAttributes {
  const names: AlternateName[] = []
  const links: SymbolicLinkPart[] = []
  const found: { -readonly [K in keyof RockRidgeAttributes]: RockRidgeAttributes[K] } = {
    name: undefined,
    posix: undefined,
    device: undefined,
    link: undefined,
    times: undefined,
    childLink: undefined,
    parentLink: undefined,
    relocated: false,
  }
  for (const { signature, data } of entries) {
    if (signature === 'NM') names.push(decodeAlternateName(data, position))
    else if (signature === 'SL') links.push(decodeSymbolicLink(data, position))
    else if (signature === 'PX') found.posix = decodePosixAttributes(data, position)
    else if (signature === 'PN') found.device = decodeDeviceNumber(data, position)
    else if (signature === 'TF') found.times = { ...found.times, ...decodeTimeStamps(data, position) }
    else if (signature === 'CL') found.childLink = decodeRelocatedDirectory(data, position).block
    else if (signature === 'PL') found.parentLink = decodeRelocatedDirectory(data, position).block
    else if (signature === 'RE') found.relocated = true
  }
  const named = names.filter(({ flags }) => (flags & (NameFlag.current | NameFlag.parent)) === 0)
  if (named.length > 0) found.name = new Uint8Array(Buffer.concat(named.map(({ name }) => name)))
  if (links.length > 0) found.link = linkTarget(links)
  return found
}
