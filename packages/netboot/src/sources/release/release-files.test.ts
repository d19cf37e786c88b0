import { describe, expect, it } from 'vitest'
import { likelyMistakes } from './not-found.js'
import { type ReleaseSelection, releaseFiles } from './release-files.js'

describe('releaseFiles', () => {
  it.each<[string, ReleaseSelection]>([
    ['core-rockylinux-v1.5.0', { artifactVersion: 'v1.5.0', releaseVersion: 'v1.5.0', flavor: 'rockylinux' }],
    [
      'kairos-opensuse-leap-v1.5.1-k3sv1.21.14+k3s1',
      { artifactVersion: 'v1.5.1-k3sv1.21.14+k3s1', releaseVersion: 'v1.5.1', flavor: 'opensuse-leap' },
    ],
    ['core-ubuntu-v2.4.0-rc1', { releaseVersion: 'v2.4.0-rc1', flavor: 'ubuntu' }],
    ['kairos-core-ubuntu-amd64-generic-v2.4.0', { releaseVersion: 'v2.4.0', flavor: 'ubuntu' }],
    [
      'kairos-standard-ubuntu-arm64-generic-v2.4.1-k3sv1.26.9+k3s1',
      { artifactVersion: 'v2.4.1-k3sv1.26.9+k3s1', releaseVersion: 'v2.4.1', flavor: 'ubuntu', arch: 'arm64' },
    ],
    [
      'kairos-rockylinux-9-core-amd64-generic-v2.4.2',
      { releaseVersion: 'v2.4.2', flavor: 'rockylinux', flavorRelease: '9' },
    ],
    [
      'kairos-rockylinux-9-standard-amd64-generic-v2.4.2-k3sv1.26.9+k3s1',
      { artifactVersion: 'v2.4.2-k3sv1.26.9+k3s1', flavor: 'rockylinux', flavorRelease: '9' },
    ],
    [
      'kairos-ubuntu-24.04-core-arm64-generic-v3.7.2',
      { releaseVersion: 'v3.7.2', flavor: 'ubuntu', flavorRelease: '24.04', arch: 'arm64' },
    ],
    [
      'kairos-hadron-v0.5.1-standard-amd64-generic-v4.2.0-k3sv1.36.3+k3s1',
      {
        artifactVersion: 'v4.2.0-k3sv1.36.3+k3s1',
        releaseVersion: 'v4.2.0',
        flavor: 'hadron',
        flavorRelease: 'v0.5.1',
      },
    ],
    [
      'kairos-alpine-3.19-core-arm64-rpi4-v3.0.0',
      { releaseVersion: 'v3.0.0', flavor: 'alpine', flavorRelease: '3.19', arch: 'arm64', model: 'rpi4' },
    ],
  ])('names %s', (name, selection) => expect(releaseFiles(selection).name).toBe(name))

  it('takes the release of an artifact version, Kubernetes part and all', () => {
    const { releaseVersion, name } = releaseFiles({ releaseVersion: 'v2.4.2-k3sv1.26.9+k3s1', flavor: 'x' })
    expect([releaseVersion, name]).toEqual([
      'v2.4.2-k3sv1.26.9+k3s1',
      'kairos-x-standard-amd64-generic-v2.4.2-k3sv1.26.9+k3s1',
    ])
    expect(releaseFiles({ artifactVersion: 'v3.0.1-k3sv1.2.3+k3s1', flavor: 'x' }).releaseVersion).toBe('v3.0.1')
  })

  it('keeps the + in names and escapes it in URLs', () => {
    const { netboot, iso } = releaseFiles({
      artifactVersion: 'v1.5.1-k3sv1.21.14+k3s1',
      releaseVersion: 'v1.5.1',
      flavor: 'opensuse-leap',
      repository: 'kairos-io/provider-kairos',
    })
    const prefix =
      'https://github.com/kairos-io/provider-kairos/releases/download/v1.5.1/kairos-opensuse-leap-v1.5.1-k3sv1.21.14%2Bk3s1'
    expect(iso).toEqual({
      name: 'kairos-opensuse-leap-v1.5.1-k3sv1.21.14+k3s1.iso',
      url: `${prefix}.iso`,
      checksumUrl: `${prefix}.iso.sha256`,
    })
    expect(netboot?.kernel.url).toBe(`${prefix}-kernel`)
    expect(netboot?.initrd.url).toBe(`${prefix}-initrd`)
    expect(netboot?.squashfs.url).toBe(`${prefix}.squashfs`)
  })

  it('knows that releases have only an ISO since v3.4', () => {
    const of = (releaseVersion: string) => releaseFiles({ releaseVersion, flavor: 'ubuntu' }).netboot
    expect(of('v3.3.9')).toBeDefined()
    expect(of('v3.4.0')).toBeUndefined()
    expect(of('v10.0.0')).toBeUndefined()
  })

  it('takes another server', () => {
    const { iso } = releaseFiles({ releaseVersion: 'v3.4.0', flavor: 'x', baseUrl: 'http://mirror:8000/kairos/' })
    expect(iso.url).toMatch(/^http:\/\/mirror:8000\/kairos\/kairos-io\/kairos\/releases\/download\/v3\.4\.0\/kairos-x-/)
  })

  it.each<[string, ReleaseSelection]>([
    ['no version', { flavor: 'ubuntu' }],
    ['a word for a version', { flavor: 'ubuntu', releaseVersion: 'latest' }],
    ['no flavor', { flavor: '', releaseVersion: 'v3.4.0' }],
    ['a path for a flavor', { flavor: '../x', releaseVersion: 'v3.4.0' }],
    ['a repository without owner', { flavor: 'x', releaseVersion: 'v3.4.0', repository: 'kairos' }],
    ['a repository with a path', { flavor: 'x', releaseVersion: 'v3.4.0', repository: 'a/../b' }],
    ['a base that is no URL', { flavor: 'x', releaseVersion: 'v3.4.0', baseUrl: 'ftp://x' }],
  ])('refuses %s', (_, selection) => {
    expect(() => releaseFiles(selection)).toThrow(expect.objectContaining({ code: 'argument/invalid' }))
  })
})

describe('likelyMistakes', () => {
  const of = (selection: Partial<ReleaseSelection>) =>
    likelyMistakes({ flavor: 'ubuntu', flavorRelease: '24.04', ...selection }).join(' ')

  it('sees what people get wrong', () => {
    expect(of({ releaseVersion: '3.4.0' })).toContain('release_version=v3.4.0')
    expect(of({ artifactVersion: 'v3.4.0-k3sv1.2.3-k3s1' })).toContain('artifact_version=v3.4.0-k3sv1.2.3+k3s1')
    expect(of({ releaseVersion: 'v2.4.2', flavorRelease: undefined })).toContain('flavor_release')
    expect(of({ artifactVersion: 'v1.5.1-k3sv1.2.3+k3s1' })).toContain('kairos-io/provider-kairos')
  })

  it('is silent about what is right', () => {
    expect(of({ releaseVersion: 'v3.4.0' })).toBe('')
    expect(of({ releaseVersion: 'v1.5.0', flavorRelease: undefined })).toBe('')
  })
})
