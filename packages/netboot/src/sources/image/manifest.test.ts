import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_MANIFEST_BYTES, parseConfig, parseManifest } from './manifest.js'

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
const blob = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: `sha256:${'1'.repeat(64)}`, size: 3 }
const manifest = { schemaVersion: 2, config: blob, layers: [blob] }

describe('parseManifest', () => {
  it('tells manifests and indexes apart, by their type or else by what they hold', () => {
    expect(parseManifest(bytes(manifest), 'x')).toMatchObject({ kind: 'manifest', layers: [blob] })
    expect(parseManifest(bytes({ schemaVersion: 2, manifests: [blob] }), 'x')).toMatchObject({ kind: 'index' })
    const docker = 'application/vnd.docker.distribution.manifest.v2+json; charset=utf-8'
    expect(parseManifest(bytes(manifest), 'x', docker).kind).toBe('manifest')
  })

  it('refuses one that is read in two ways', () => {
    expect(() => parseManifest(bytes({ ...manifest, manifests: [] }), 'x')).toThrow('both in one found')
  })

  it('says that schema 1 is too old', () => {
    const old = expect.objectContaining({ code: 'image/unsupported', message: expect.stringContaining('schema 1') })
    expect(() => parseManifest(bytes({ schemaVersion: 1, fsLayers: [] }), 'x')).toThrow(old)
    const signed = 'application/vnd.docker.distribution.manifest.v1+prettyjws'
    expect(() => parseManifest(bytes({}), 'x', signed)).toThrow(old)
  })

  it.each([
    ['not JSON', 'JSON expected'],
    ['null', 'config is not as expected'],
    [{ config: blob }, 'layers is not as expected'],
    [{ ...manifest, layers: [{ ...blob, size: -1 }] }, 'layers.0.size'],
    [{ ...manifest, layers: [{ ...blob, size: 1.5 }] }, 'layers.0.size'],
    [{ ...manifest, config: { ...blob, digest: 'sha256:../../etc/passwd' } }, 'config.digest'],
    [' '.repeat(MAX_MANIFEST_BYTES + 1), 'at most'],
  ])('names what is wrong (%#)', (value, problem) => {
    expect(() => parseManifest(bytes(value), 'x')).toThrow(problem)
  })

  it('throws nothing but its own errors, whatever JSON it gets', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        for (const parse of [parseManifest, parseConfig]) {
          try {
            parse(bytes(json), 'x')
          } catch (error) {
            expect(error).toMatchObject({ code: expect.stringMatching(/^image\//) })
          }
        }
      }),
    )
  })
})

it('parseConfig reads architecture, labels and the digests of layers', () => {
  const diff = `sha256:${'2'.repeat(64)}`
  const config = {
    architecture: 'arm64',
    variant: '',
    os: 'linux',
    config: { Labels: { a: 'b' } },
    rootfs: { diff_ids: [diff] },
  }
  expect(parseConfig(bytes(config), 'x')).toEqual({
    architecture: 'arm64',
    variant: undefined,
    os: 'linux',
    labels: new Map([['a', 'b']]),
    diffIds: [diff],
  })
  expect(parseConfig(bytes({ rootfs: {}, config: { Labels: null } }), 'x').labels.size).toBe(0)
})
