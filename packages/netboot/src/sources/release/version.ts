import { KairosError } from '@kairos-sdk/core'

/** A version as far as names of release files depend on it. */
export interface ReleaseNumber {
  readonly numbers: readonly [number, number, number]
  readonly isPrerelease: boolean
}

/**
 * Reads `v2.4.2`, `2.4.2`, `v3.4.0-rc1` and `v2.4.2-k3sv1.26.9+k3s1` (semver 2.0.0, with the `v` of Go). The Kubernetes
 * part is no pre-release, though semver would take it for one.
 *
 * @throws KairosError `argument/invalid`
 */
export function parseReleaseNumber(version: string): ReleaseNumber {
  const found = /^v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?(?:-([\w.+-]+))?(?:\+[\w.-]+)?$/.exec(version)
  if (!found) {
    throw new KairosError('argument/invalid', `A release version expected, ${JSON.stringify(version)} found.`, {
      hint: 'Write it as the release page does: v3.4.0.',
    })
  }
  const [, major, minor, patch = '0', rest = ''] = found
  return { numbers: [Number(major), Number(minor), Number(patch)], isPrerelease: rest !== '' && !KUBERNETES.test(rest) }
}

const KUBERNETES = /^k[03]s/

/** Whether a version comes before another one; a pre-release comes before its release (semver 2.0.0, item 11). */
export function isBelow(version: ReleaseNumber, ...limit: readonly [number, number, number]): boolean {
  for (const [index, number] of version.numbers.entries()) {
    const other = limit[index] ?? 0
    if (number !== other) return number < other
  }
  return version.isPrerelease
}
