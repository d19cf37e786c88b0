import { encodeName } from '../../../file-system/name.js'
import { encodeHeader, padding } from '../encode-header.js'
import { TypeFlag } from '../header.js'
import type { TarMember, TarMemberType } from '../member.js'
import { type ReadTarOptions, readTar } from '../read-tar.js'

/** A member to be put into an archive as it stands, in this place. */
export interface SampleMember {
  readonly path: string
  readonly type?: TarMemberType
  readonly content?: string | Uint8Array
  readonly target?: string
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  readonly mtime?: Date
  readonly major?: number
  readonly minor?: number
  readonly xattrs?: Readonly<Record<string, Uint8Array>>
}

const FLAGS: Readonly<Record<TarMemberType, string>> = {
  file: TypeFlag.file,
  hardlink: TypeFlag.hardLink,
  symlink: TypeFlag.symlink,
  'character-device': TypeFlag.characterDevice,
  'block-device': TypeFlag.blockDevice,
  directory: TypeFlag.directory,
  fifo: TypeFlag.fifo,
}

/** An archive of members in this order, whatever sense they make. */
export function archiveOf(members: readonly SampleMember[]): Buffer {
  const parts = members.flatMap((member) => {
    const content = Buffer.from(member.content ?? '')
    const { type = 'file' } = member
    const header = encodeHeader({
      name: encodeName(member.path),
      typeFlag: FLAGS[type],
      mode: member.mode ?? (type === 'directory' ? 0o755 : 0o644),
      uid: member.uid ?? 0,
      gid: member.gid ?? 0,
      size: content.length,
      mtime: member.mtime ?? new Date(1_600_000_000_000),
      linkName: encodeName(member.target ?? ''),
      records: Object.entries(member.xattrs ?? {}).map(([name, value]) => ({ key: `SCHILY.xattr.${name}`, value })),
      ...(member.major === undefined ? {} : { major: member.major, minor: member.minor ?? 0 }),
    })
    return [header, content, padding(content.length)]
  })
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

/** Bytes in chunks of a size. */
export async function* inChunks(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** A member with all of its stored content. */
export type ReadMember = Omit<TarMember, 'chunks'> & { readonly content: Buffer }

export async function readAll(
  bytes: Uint8Array,
  size = 1000,
  options: Partial<ReadTarOptions> = {},
): Promise<ReadMember[]> {
  const members: ReadMember[] = []
  for await (const { chunks, ...member } of readTar(inChunks(bytes, size), { name: 'archive', ...options })) {
    const parts: Uint8Array[] = []
    for await (const part of chunks) parts.push(part)
    members.push({ ...member, content: Buffer.concat(parts) })
  }
  return members
}
