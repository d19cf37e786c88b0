import { createRequire } from 'node:module'

/** The version of this package, which its programs have too. */
export function packageVersion(): string {
  return (createRequire(import.meta.url)('@kairos-sdk/cli/package.json') as { version: string }).version
}
