import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'

export interface KernelModule {
  readonly name: string
  readonly content: Buffer
}

const SUFFIX = /\.ko(\.xz|\.zst|\.gz)?$/

/**
 * Modules of a kernel and everything that they need, in the order in which they can be loaded. Names that the kernel has
 * built in, or does not have, are left out.
 */
export function modulesInOrder(directory: string, wanted: readonly string[]): KernelModule[] {
  const files = new Map(
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .filter((path) => SUFFIX.test(path))
      .map((path) => [moduleName(path), join(directory, path)]),
  )
  const loaded = new Map<string, KernelModule>()
  const visit = (name: string) => {
    const path = files.get(name)
    if (path === undefined || loaded.has(name)) return
    const content = decompress(path)
    for (const needed of dependenciesOf(content)) visit(needed)
    loaded.set(name, { name, content })
  }
  for (const name of wanted) visit(moduleName(name))
  return [...loaded.values()]
}

function moduleName(path: string): string {
  return basename(path).replace(SUFFIX, '').replaceAll('-', '_')
}

/** What a module says in its `.modinfo` section: `depends=scsi_mod,cdrom`, and softly needed ones in `softdep=pre: x`. */
function dependenciesOf(content: Buffer): string[] {
  const text = content.toString('latin1')
  const depends = /\0depends=([^\0]*)\0/.exec(text)?.[1] ?? ''
  const soft = /\0softdep=pre: ([^\0]*)\0/.exec(text)?.[1] ?? ''
  return [...soft.split(' '), ...depends.split(',')].filter((name) => name !== '').map(moduleName)
}

function decompress(path: string): Buffer {
  const bytes = readFileSync(path)
  if (path.endsWith('.zst')) return zstdDecompressSync(bytes)
  if (path.endsWith('.xz')) return execFileSync('xz', ['-dc', path], { maxBuffer: 64 * 1024 * 1024 })
  return path.endsWith('.gz') ? execFileSync('gzip', ['-dc', path], { maxBuffer: 64 * 1024 * 1024 }) : bytes
}
