import { defineConfig } from 'tsup'

/** The build that every package shares: ESM for Node, declarations, one entry for each public subpath. */
export function buildOf(entry: Record<string, string>) {
  return defineConfig({
    entry,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    dts: true,
    sourcemap: true,
    splitting: true,
    clean: true,
    // Dependencies stay what they are, optional ones and native modules too.
    skipNodeModulesBundle: true,
  })
}
