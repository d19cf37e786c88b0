import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'

const { version } = createRequire(import.meta.url)('@kairos-sdk/netboot/package.json') as { version: string }

/**
 * What a result is known by: a digest of all that it was made of, and of the version of this toolkit, another of which may make
 * other bytes of it.
 */
export function identityOf(inputs: Readonly<Record<string, string | undefined>>): string {
  const sorted = Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([version, sorted]))
    .digest('hex')
}
