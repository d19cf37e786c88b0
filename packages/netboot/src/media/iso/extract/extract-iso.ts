import { chmod, mkdir, open, statfs, symlink, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { KairosError, type OperationOptions, type ProgressEvent, throwIfAborted } from '@kairos-sdk/core'
import { fillDirectory } from '../../../output/fill-directory.js'
import type { IsoEntry } from '../entry.js'
import type { IsoImage } from '../iso-image.js'
import { writeRange } from '../write/write-image.js'
import { checkHostName, leadsOutside } from './host-names.js'

export interface ExtractIsoOptions extends OperationOptions<ExtractIsoProgress> {
  /** What to extract, directories with all that they hold. Default: everything. */
  readonly paths?: readonly string[] | undefined
  /** Called once when another process fills the same directory, which is then waited for. */
  readonly onWait?: (() => void) | undefined
}

export interface ExtractIsoProgress extends ProgressEvent<'extract'> {
  readonly done: number
  readonly total: number
  readonly unit: 'bytes'
}

export interface ExtractIsoSummary {
  readonly files: number
  readonly bytes: number
  /** What was left out, and why; sentences for people. */
  readonly warnings: readonly string[]
}

/** Permissions that may come from an image: nothing runs with somebody else's rights because an image says so. */
const PERMISSIONS = 0o777

/**
 * Writes files of an image into a new or empty directory, each at its path in the image. What is in it appears only when
 * all is there; whatever goes wrong, nothing is left behind. Nothing is ever written outside of it: names are checked,
 * and links are made last. Links that lead out of the directory, devices and pipes are left out, with a warning.
 * Owners are not kept.
 *
 * @param directory - must not exist, or be empty
 * @throws KairosError `output/not-writable`, `output/no-space`, `iso/not-found`, `iso/damaged`, `iso/unsupported` for names
 *   that this machine's file system cannot hold, `aborted`, and what the image throws
 */
export async function extractIso(
  image: IsoImage,
  directory: string,
  options: ExtractIsoOptions = {},
): Promise<ExtractIsoSummary> {
  const { signal, onWait } = options
  throwIfAborted(signal, `Cannot extract ${image.name}`)
  const plan = await planOf(image, options)
  const fill = async (tree: string) => {
    await checkSpace(tree, directory, plan.bytes)
    await extractInto(tree, image, plan, options)
  }
  await fillDirectory(directory, fill, { signal, onWait })
  return { files: plan.files.length, bytes: plan.bytes, warnings: plan.warnings }
}

interface Plan {
  /** Each before what it holds. */
  readonly directories: readonly IsoEntry[]
  readonly files: readonly IsoEntry[]
  readonly links: readonly (IsoEntry & { readonly target: string })[]
  readonly bytes: number
  readonly warnings: readonly string[]
}

async function planOf(image: IsoImage, { paths = ['/'], signal }: ExtractIsoOptions): Promise<Plan> {
  const entries = new Map<string, IsoEntry>()
  // Of two with one name the first is the one that its path leads to.
  const add = (entry: IsoEntry) => entries.has(entry.path) || entries.set(entry.path, entry)
  for (const path of paths) {
    const start = await image.stat(path, { signal, followLinks: false })
    if (start.path !== '/') add(start)
    if (start.type !== 'directory') continue
    for await (const entry of image.walk(start.path, { signal })) add(entry)
  }
  const warnings: string[] = []
  const directories: IsoEntry[] = []
  const files: IsoEntry[] = []
  const links: (IsoEntry & { target: string })[] = []
  for (const entry of entries.values()) {
    checkHostName(image.name, entry.path)
    const { target } = entry
    if (entry.type === 'directory') directories.push(entry)
    else if (entry.type === 'file') files.push(entry)
    else if (target === undefined) warnings.push(`${entry.path} is left out: it is a device, a pipe or a socket.`)
    else if (leadsOutside(entry.path, target)) {
      warnings.push(`${entry.path} is left out: it is a link that leads out of the directory, to ${target}.`)
    } else links.push({ ...entry, target })
  }
  return { directories, files, links, bytes: files.reduce((sum, { size }) => sum + size, 0), warnings }
}

async function extractInto(part: string, image: IsoImage, plan: Plan, { signal, onProgress }: ExtractIsoOptions) {
  for (const { path } of plan.directories) await mkdir(join(part, path), { recursive: true })
  let done = 0
  for (const entry of plan.files) {
    const path = join(part, entry.path)
    // A selected file comes without an entry for the directory that it is in.
    await mkdir(dirname(path), { recursive: true })
    const report = (bytes: number) =>
      onProgress?.({
        phase: 'extract',
        message: `Extracting ${entry.path}`,
        done: done + bytes,
        total: plan.bytes,
        unit: 'bytes',
      })
    report(0)
    await extractFile(image, entry, path, report, signal)
    done += entry.size
  }
  for (const { path, target } of plan.links) {
    await mkdir(dirname(join(part, path)), { recursive: true })
    await symlink(target, join(part, path))
  }
  // Last and deepest first: a directory may be one that nothing can be written into.
  for (const { path, mode, modifiedAt } of [...plan.directories].reverse()) {
    await chmod(join(part, path), (mode & PERMISSIONS & ~process.umask()) | 0o700)
    if (modifiedAt) await utimes(join(part, path), modifiedAt, modifiedAt)
  }
}

async function extractFile(
  image: IsoImage,
  entry: IsoEntry,
  path: string,
  report: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const content = await image.open(entry, { signal })
  // `wx`: two names of the image may be one here, where upper and lower case are the same.
  const file = await open(path, 'wx', (entry.mode & PERMISSIONS) | 0o600)
  try {
    await writeRange(content, 0, content.size, file, 0, report, signal)
    if (entry.modifiedAt) await file.utimes(entry.modifiedAt, entry.modifiedAt)
  } finally {
    await file.close()
  }
}

/** Told before the work; an image may claim files that are larger than all of it. */
async function checkSpace(tree: string, directory: string, size: number): Promise<void> {
  const { bavail, bsize } = await statfs(tree)
  if (bavail * bsize >= size) return
  throw new KairosError('output/no-space', `${directory}: ${size} free bytes expected, ${bavail * bsize} found.`, {
    hint: 'Free some room, or name the paths that are needed.',
  })
}
