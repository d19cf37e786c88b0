import type { TarMember, TarMemberType } from '../../tar/member.js'

/** A member of a layer without content. */
export const member = (type: TarMemberType, path: string, target = ''): TarMember => ({
  type,
  path,
  target,
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtime: new Date(0),
  major: 0,
  minor: 0,
  xattrs: undefined,
  size: 0,
  regions: undefined,
  chunks: (async function* () {})(),
  offset: 0,
})
