import { describe, expect, it } from 'vitest'
import { parseArchitecture } from './architecture.js'
import { chooseManifest } from './choose-manifest.js'
import type { Descriptor } from './manifest.js'

let count = 0
const descriptor = (platform: string | undefined, more: Partial<Descriptor> = {}): Descriptor => {
  const [os = '', architecture = '', variant] = platform?.split('/') ?? []
  return {
    digest: `sha256:${String(count++).padStart(64, '0')}`,
    size: 1,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    ...(platform !== undefined && { platform: { os, architecture, variant } }),
    ...more,
  }
}
const choose = (all: Descriptor[], architecture?: string) =>
  chooseManifest(all, architecture === undefined ? undefined : parseArchitecture(architecture), 'image')

describe('chooseManifest', () => {
  const amd64 = descriptor('linux/amd64')
  const amd64v3 = descriptor('linux/amd64/v3')
  const arm64 = descriptor('linux/arm64/v8')
  const attestation = descriptor('unknown/unknown', {
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
  })
  const windows = descriptor('windows/amd64')
  const all = [attestation, windows, amd64v3, amd64, arm64]

  it('takes the one that was asked for, by any of its names', () => {
    expect(choose(all, 'arm64')).toBe(arm64)
    expect(choose(all, 'aarch64')).toBe(arm64)
    expect(choose(all, 'linux/arm64/v8')).toBe(arm64)
    expect(choose(all, 'amd64/v3')).toBe(amd64v3)
  })

  it('prefers the variant that runs on every machine', () => {
    expect(choose(all, 'x86_64')).toBe(amd64)
    expect(choose([amd64v3, arm64], 'amd64')).toBe(amd64v3)
  })

  it('takes amd64 when nothing was asked for, or the only image there is', () => {
    expect(choose(all)).toBe(amd64)
    expect(choose([attestation, arm64])).toBe(arm64)
    const unnamed = descriptor(undefined)
    expect(choose([unnamed], 'riscv64')).toBe(unnamed)
  })

  it('lists what there is otherwise, without attestations and other systems', () => {
    expect(() => choose(all, 'riscv64')).toThrow(
      'image: an image for riscv64 expected, amd64/v3, amd64, arm64/v8 found.',
    )
    expect(() => choose([windows], 'amd64')).toThrow('none found')
    expect(() => choose([arm64], 'arm64/v9')).toThrow('arm64/v8 found')
  })
})

it.each(['', 'a/b/c', 'AMD64', '../x'])('refuses the architecture %j', (text) => {
  expect(() => parseArchitecture(text)).toThrow(expect.objectContaining({ code: 'argument/invalid' }))
})
