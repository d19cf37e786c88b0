import { KairosError } from '@kairos-sdk/core'

/** A processor architecture in Go's words (`GOARCH`), with the variant where one matters. */
export interface ImageArchitecture {
  readonly architecture: string
  readonly variant?: string | undefined
}

/** What the kernel and package managers call the same. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  i386: '386',
  i686: '386',
  armhf: 'arm/v7',
  armv7l: 'arm/v7',
}

/**
 * Reads `amd64`, `arm64/v8`, `linux/arm64`, and the kernel's names `x86_64` and `aarch64`.
 *
 * @throws KairosError `argument/invalid`
 */
export function parseArchitecture(text: string): ImageArchitecture {
  const bare = text.startsWith('linux/') ? text.slice('linux/'.length) : text
  const [architecture = '', variant, ...more] = (OTHER_NAMES[bare] ?? bare).split('/')
  if (
    more.length > 0 ||
    !/^[a-z0-9]+$/.test(architecture) ||
    (variant !== undefined && !/^[a-z0-9.]+$/.test(variant))
  ) {
    throw new KairosError('argument/invalid', `An architecture expected, ${JSON.stringify(text)} found.`, {
      hint: 'For example amd64, arm64 or riscv64.',
    })
  }
  return { architecture, variant }
}

export function formatArchitecture({ architecture, variant }: ImageArchitecture): string {
  return variant === undefined || variant === '' ? architecture : `${architecture}/${variant}`
}

/** The variant that the plain name of an architecture stands for: `arm64` is `arm64/v8`. */
const BASELINE: Readonly<Record<string, string>> = { amd64: 'v1', arm64: 'v8', arm: 'v7' }

/**
 * How well an image of an architecture runs where another is asked for: 0 is best, `undefined` not at all. Without a
 * variant asked for, the baseline is best: what is built for `amd64/v3` does not run on every amd64 machine.
 */
export function rankOf(found: ImageArchitecture, wanted: ImageArchitecture): number | undefined {
  if (found.architecture !== wanted.architecture) return undefined
  const baseline = BASELINE[wanted.architecture] ?? ''
  const has = found.variant || baseline
  if (has === (wanted.variant || baseline)) return 0
  if (wanted.variant !== undefined) return undefined
  return 1 + Number(/\d+/.exec(has)?.[0] ?? 0)
}
