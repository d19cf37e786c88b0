/** The parts of an entry's path from the root: `/boot/./vmlinuz` is `boot`, `vmlinuz`. */
export function partsOfPath(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}

/** An entry's path in the one form that paths are compared in: `/boot/vmlinuz`, the root `/`. */
export function normalPath(path: string): string {
  return `/${partsOfPath(path).join('/')}`
}

/** The directories on the way to a path, the nearest to the root first; without the root. */
export function* ancestorsOf(path: string): Generator<string> {
  for (let at = path.indexOf('/', 1); at !== -1; at = path.indexOf('/', at + 1)) yield path.slice(0, at)
}
