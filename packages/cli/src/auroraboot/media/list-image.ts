import type { IsoEntry, IsoImage } from '@kairos-sdk/netboot/iso'
import { printableLine } from '../../runtime/reporter/printable.js'
import type { Context } from '../command.js'
import { openImage } from './open-image.js'

export interface ListArguments {
  readonly image: string
  readonly path: string
  readonly long: boolean
  readonly recursive: boolean
}

/**
 * Lists a directory of an image, or the one file that the path names.
 *
 * @throws KairosError those of `openImage` and of the image
 */
export async function listImage({ image, path, long, recursive }: ListArguments, context: Context): Promise<void> {
  const { reporter, signal } = context
  const iso = await openImage(image, context)
  for await (const entry of entriesOf(iso, path, recursive, signal)) {
    const name = recursive ? entry.path : entry.name
    reporter.answer(dataOf(entry), `${long ? longLine(entry, name) : printableLine(withMark(entry, name))}\n`)
  }
}

async function* entriesOf(
  iso: IsoImage,
  path: string,
  recursive: boolean,
  signal: AbortSignal,
): AsyncGenerator<IsoEntry> {
  const start = await iso.stat(path, { signal })
  if (start.type !== 'directory') yield start
  else yield* recursive ? iso.walk(path, { signal }) : iso.list(path, { signal })
}

function dataOf({ path, type, size, mode, user, group, modifiedAt, target }: IsoEntry) {
  return {
    path,
    type,
    size,
    mode: (mode & 0o7777).toString(8).padStart(4, '0'),
    user,
    group,
    modifiedAt: modifiedAt?.toISOString() ?? null,
    ...(target !== undefined && { target }),
  }
}

/** As `ls -F` marks them. */
function withMark({ type }: IsoEntry, name: string): string {
  return name + ({ directory: '/', symlink: '@', other: '?', file: '' } as const)[type]
}

function longLine({ type, size, mode, user, group, modifiedAt, target }: IsoEntry, name: string): string {
  const date = modifiedAt?.toISOString().slice(0, 16).replace('T', ' ') ?? ''
  const columns = [
    modeText(type, mode),
    String(user).padStart(5),
    String(group).padStart(5),
    String(size).padStart(12),
    date.padEnd(16),
  ]
  return `${columns.join(' ')} ${printableLine(target === undefined ? name : `${name} -> ${target}`)}`
}

/** `drwxr-xr-x`, as `ls -l` writes it. */
function modeText(type: IsoEntry['type'], mode: number): string {
  const letters = ['---', '--x', '-w-', '-wx', 'r--', 'r-x', 'rw-', 'rwx']
  const kind = { directory: 'd', symlink: 'l', other: '?', file: '-' }[type]
  return kind + [6, 3, 0].map((shift) => letters[(mode >> shift) & 7]).join('')
}
