import { KairosError } from '@kairos-sdk/core'

/** Linux's own limit: a path has at most 4,096 bytes, so that no tree needs to be deeper. */
export const MAX_PATH = 4096 * 4

/**
 * A path of a layer as its names from the root, joined with slashes; the root itself is ''. Absolute paths and those that
 * begin with `./` are relative to the root; `..` is taken as text, as containerd and umoci do, where it stays inside.
 *
 * @throws KairosError `layers/escapes-root` for a path that leads out of the root; `layers/damaged` for NUL or no end
 */
export function pathInRoot(path: string, layer: string): string {
  if (isPlain(path)) return path
  if (path.length > MAX_PATH || path.includes('\0')) {
    const found = JSON.stringify(path.slice(0, 80))
    throw new KairosError('layers/damaged', `${layer}: a path of a file system expected, ${found} found.`)
  }
  const names: string[] = []
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue
    if (name !== '..') names.push(name)
    else if (names.pop() === undefined) throw escapes(path, layer)
  }
  return names.join('/')
}

/** True for most paths: nothing to take out of them. */
function isPlain(path: string): boolean {
  return path.length <= 4096 && !/^\/|^$|\/$|\/\/|(^|\/)\.\.?(\/|$)|\0/.test(path)
}

/** The directory that an entry lies in: '' for those of the root. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash === -1 ? '' : path.slice(0, slash)
}

/** An error about a path that leads out of the root file system. */
export function escapes(path: string, layer: string): KairosError {
  const found = JSON.stringify(path)
  return new KairosError(
    'layers/escapes-root',
    `${layer}: a path inside the root file system expected, ${found} found.`,
    {
      hint: 'Do not use this image: such paths are made to write to other places than they say.',
    },
  )
}
