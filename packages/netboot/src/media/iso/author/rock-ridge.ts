import { encodeName } from '../../../file-system/name.js'
import { encodeAlternateNames } from '../structures/rock-ridge/alternate-name.js'
import { encodePosixAttributes, FileType } from '../structures/rock-ridge/posix-attributes.js'
import { encodeSymbolicLinks } from '../structures/rock-ridge/symbolic-link.js'
import { encodeTimeStamps } from '../structures/rock-ridge/time-stamps.js'
import { encodeExtensionsReference, ROCK_RIDGE_1991A } from '../structures/susp/extensions-reference.js'
import { encodeSharingProtocol } from '../structures/susp/sharing-protocol.js'
import type { IsoNode } from './node.js'

const TYPE = { file: FileType.regular, directory: FileType.directory, symlink: FileType.symbolicLink } as const

/** Rock Ridge entries of the record of a file, directory or symbolic link in its parent. */
export function rockRidgeOf(node: IsoNode): Uint8Array[] {
  const link = node.type === 'symlink' ? encodeSymbolicLinks(node.target) : []
  return [...attributesOf(node), ...encodeAlternateNames(encodeName(node.name)), ...link]
}

/** Rock Ridge entries of a "." or ".." record. The "." of the root says that there are such entries at all. */
export function rockRidgeOfDot(directory: IsoNode, rootSelf: boolean): Uint8Array[] {
  if (!rootSelf) return attributesOf(directory)
  // SP must come first; ER is long, and ends up in a continuation area.
  return [encodeSharingProtocol({ skip: 0 }), ...attributesOf(directory), encodeExtensionsReference(ROCK_RIDGE_1991A)]
}

function attributesOf(node: IsoNode): Uint8Array[] {
  const subdirectories = node.type === 'directory' ? node.children.filter((child) => child.type === 'directory') : []
  const posix = encodePosixAttributes({
    mode: TYPE[node.type] | node.mode,
    links: node.type === 'directory' ? 2 + subdirectories.length : 1,
    user: node.uid,
    group: node.gid,
    serial: undefined,
  })
  const { mtime } = node
  return [posix, encodeTimeStamps({ modifiedAt: mtime, accessedAt: mtime, changedAt: mtime })]
}
