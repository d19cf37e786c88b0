import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A package as it is published. */
export interface PublishedPackage {
  readonly name: string
  readonly version: string
  /** Absolute, without a slash at its end. */
  readonly directory: string
  readonly entryPoints: readonly EntryPoint[]
  /** Name of a program → the file that starts it. */
  readonly bins: Readonly<Record<string, string>>
  readonly dependencies: readonly string[]
}

/** What can be imported: one of the `exports` that have types. */
export interface EntryPoint {
  /** As in the `exports`: `.` or `./iso`. */
  readonly subpath: string
  /** As in an import: `@kairos-sdk/netboot/iso`. */
  readonly specifier: string
  /** The source that it is built from, absolute. */
  readonly source: string
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, string | { readonly types?: string }>>
  readonly bin?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const PACKAGES = fileURLToPath(new URL('../packages', import.meta.url))

/** All packages that are published, by what their package.json says; dependencies come before their dependents. */
export function publishedPackages(): PublishedPackage[] {
  const found = readdirSync(PACKAGES).map((name) => readManifest(`${PACKAGES}/${name}`))
  const published = found.filter(({ manifest }) => !manifest.private).map(describe)
  const names = new Set(published.map(({ name }) => name))
  const depth = ({ dependencies }: PublishedPackage): number =>
    Math.max(-1, ...published.filter(({ name }) => names.has(name) && dependencies.includes(name)).map(depth)) + 1
  return published.sort((a, b) => depth(a) - depth(b))
}

function readManifest(directory: string) {
  const manifest = JSON.parse(readFileSync(`${directory}/package.json`, 'utf8')) as Manifest
  return { directory, manifest }
}

function describe({ directory, manifest }: ReturnType<typeof readManifest>): PublishedPackage {
  const { name, version, bin = {}, dependencies = {}, optionalDependencies = {} } = manifest
  const entryPoints = Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
    if (typeof target === 'string' || target.types === undefined) return []
    const source = target.types.replace(/^\.\/dist\//, `${directory}/src/`).replace(/\.d\.ts$/, '.ts')
    return [{ subpath, specifier: `${name}${subpath.slice(1)}`, source }]
  })
  return {
    name,
    version,
    directory,
    entryPoints,
    bins: bin,
    dependencies: [...Object.keys(dependencies), ...Object.keys(optionalDependencies)],
  }
}
