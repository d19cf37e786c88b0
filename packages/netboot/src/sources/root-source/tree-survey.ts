import type { FileSystemEntry } from '../../file-system/entry.js'
import { ancestorsOf, normalPath, partsOfPath } from './entry-path.js'

/** As many links as Linux follows on one path. */
const MAX_LINKS = 40

/** What has to be known of a tree before something can be laid over it: not its files, which are the most of it. */
export class TreeSurvey {
  readonly #directories = new Set<string>(['/'])
  readonly #symlinks = new Map<string, string>()
  /** Targets by path of the hard link. */
  readonly hardLinks = new Map<string, string>()

  add(entry: FileSystemEntry): void {
    const path = normalPath(entry.path)
    for (const parent of ancestorsOf(path)) this.#directories.add(parent)
    if (entry.type === 'directory') this.#directories.add(path)
    else if (entry.type === 'symlink') this.#symlinks.set(path, entry.target)
    else if (entry.type === 'hardlink') this.hardLinks.set(path, normalPath(entry.target))
  }

  /**
   * Where the directory of a path really is: symbolic links on the way are followed inside the root, as the running
   * system would follow them. One that leads to no directory stays as it is written.
   */
  directory(path: string): string {
    let at = '/'
    for (const part of partsOfPath(path)) {
      const next = at === '/' ? `/${part}` : `${at}/${part}`
      at = this.#follow(next) ?? next
    }
    return at
  }

  /** The directory that a path leads to; `undefined` when it leads to none. */
  #follow(path: string): string | undefined {
    const rest = partsOfPath(path)
    let at: string[] = []
    let links = 0
    for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
      if (part === '..') {
        at.pop()
        continue
      }
      const next = `/${[...at, part].join('/')}`
      const target = this.#symlinks.get(next)
      if (target === undefined) {
        at.push(part)
        continue
      }
      if (++links > MAX_LINKS) return undefined
      if (target.startsWith('/')) at = []
      rest.unshift(...partsOfPath(target))
    }
    const found = `/${at.join('/')}`
    return this.#directories.has(found) ? found : undefined
  }
}
