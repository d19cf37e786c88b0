import { KairosError } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import { fuzz } from '../../../../../fuzz/mutate.js'
import { parseImageSource } from './image-source.js'
import { parseConfig, parseManifest } from './manifest.js'
import { formatReference, parseReference } from './reference.js'

const isRefused = (error: unknown) => KairosError.is(error) && error.code !== 'internal'
const bytesOf = (...values: readonly unknown[]) => values.map((value) => Buffer.from(JSON.stringify(value)))
const texts = (...values: readonly string[]) => values.map((value) => Buffer.from(value))
const timeout = 3_600_000

const DIGEST = `sha256:${'a1'.repeat(32)}`
const descriptor = { mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd', digest: DIGEST, size: 1234 }
const manifest = { schemaVersion: 2, config: descriptor, layers: [descriptor, { ...descriptor, annotations: null }] }
const platform = { architecture: 'arm64', os: 'linux', variant: 'v8' }
const index = { schemaVersion: 2, manifests: [{ ...descriptor, platform, annotations: { 'a.b': 'c' } }, descriptor] }
const config = {
  created: '2026-11-21T12:00:00.123456789Z',
  architecture: 'amd64',
  os: 'linux',
  config: { Labels: { version: '1' } },
  rootfs: { type: 'layers', diff_ids: [DIGEST, DIGEST] },
}

describe('damaged descriptions of images', { timeout }, () => {
  it('are a manifest or an index, or end in a KairosError', async () => {
    const refused = await fuzz(bytesOf(manifest, index), (bytes) => parseManifest(bytes, 'fuzz'), isRefused)
    expect(refused).toBeGreaterThan(0)
  })

  it('are a configuration, or end in a KairosError', async () => {
    expect(await fuzz(bytesOf(config), (bytes) => parseConfig(bytes, 'fuzz'), isRefused)).toBeGreaterThan(0)
  })
})

describe('damaged names of images', { timeout }, () => {
  const names = texts(
    'quay.io/kairos/ubuntu:24.04',
    `localhost:5000/a/b__c@${DIGEST}`,
    '[fe80::1]:5000/x.y-z:latest',
    `debian@sha512:${'0'.repeat(128)}`,
  )

  it('are references that read the same once written out, or end in a KairosError', async () => {
    const target = (bytes: Uint8Array) => {
      const reference = parseReference(Buffer.from(bytes).toString())
      expect(parseReference(formatReference(reference))).toEqual(reference)
    }
    expect(await fuzz(names, target, isRefused)).toBeGreaterThan(0)
  })

  it('are sources, or end in a KairosError', async () => {
    const sources = texts(
      'docker://my/image:1',
      'oci:layout:tag',
      'docker-archive:file.tar:a/b:c',
      'dir:/root',
      'oci://a/b',
    )
    const target = (bytes: Uint8Array) => parseImageSource(Buffer.from(bytes).toString())
    expect(await fuzz([...names, ...sources], target, isRefused)).toBeGreaterThan(0)
  })

  it.each([
    ['separators', 'a-'.repeat(100_000)],
    ['underscores', `a${'_'.repeat(100_000)}`],
    ['hyphens', `a${'-'.repeat(100_000)}!`],
    ['dots', `${'a.'.repeat(100_000)}/b`],
    ['slashes', '/'.repeat(100_000)],
    ['colons', ':'.repeat(100_000)],
  ])('are refused at once, however many %s they have', (_, name) => {
    const startedAt = process.cpuUsage()
    expect(() => parseReference(name)).toThrow(KairosError)
    const { user } = process.cpuUsage(startedAt)
    // One that goes back over the text for each character takes minutes.
    expect(user).toBeLessThan(5_000_000)
  })
})
