import type { EntryAttributes, FileSystemEntry } from '../../file-system/entry.js'
import type { TarMember } from '../tar/member.js'

/** A member of a tar archive as an entry, under a path of its own. Hard links are their reader's. */
export function entryOfMember(
  member: TarMember & { readonly type: Exclude<TarMember['type'], 'hardlink'> },
  path: string,
): FileSystemEntry {
  const { mode, uid, gid, mtime, xattrs } = member
  const attributes: EntryAttributes = { path, mode, uid, gid, mtime, ...(xattrs ? { xattrs } : {}) }
  switch (member.type) {
    case 'file': {
      const { size, chunks, regions } = member
      return { ...attributes, type: 'file', source: { size, chunks, ...(regions ? { regions } : {}) } }
    }
    case 'symlink':
      return { ...attributes, type: 'symlink', target: member.target }
    case 'character-device':
    case 'block-device':
      return { ...attributes, type: member.type, major: member.major, minor: member.minor }
    default:
      return { ...attributes, type: member.type }
  }
}

/** True for anything but a hard link. */
export function isInode(
  member: TarMember,
): member is TarMember & { readonly type: Exclude<TarMember['type'], 'hardlink'> } {
  return member.type !== 'hardlink'
}
