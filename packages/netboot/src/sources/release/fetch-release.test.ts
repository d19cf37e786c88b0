import { createHash } from 'node:crypto'
import { link, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ByteSource, readFully } from '../../bytes/byte-source.js'
import { hashSource } from '../../bytes/hash-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import { authorIso } from '../../media/iso/index.js'
import { openCache } from '../cache/index.js'
import { type FaultyServer, startFaultyServer } from '../transfer/faulty-server.js'
import type { ReleaseOptions } from './fetch-file.js'
import { fetchReleaseIso, fetchReleaseNetboot } from './fetch-release.js'
import { releaseFiles } from './release-files.js'

const digest = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')
const NEW = { flavor: 'ubuntu', flavorRelease: '24.04', releaseVersion: 'v3.7.2' }
const OLD = { flavor: 'rockylinux', releaseVersion: 'v1.5.0' }
const NEW_ISO = '/kairos-io/kairos/releases/download/v3.7.2/kairos-ubuntu-24.04-core-amd64-generic-v3.7.2.iso'
const OLD_PREFIX = '/kairos-io/kairos/releases/download/v1.5.0/core-rockylinux-v1.5.0'

/** The head of a kernel that is an EFI program for arm64. */
function armKernel(): Uint8Array {
  const kernel = Buffer.alloc(256)
  kernel.write('MZ', 0)
  kernel.writeUInt32LE(128, 0x3c)
  kernel.write('PE\0\0', 128)
  kernel.writeUInt16LE(0xaa64, 132)
  return kernel
}

async function kairosIso(): Promise<Uint8Array> {
  const entries = (
    [
      ['/boot/kernel', armKernel()],
      ['/boot/initrd', 'an initrd'],
      ['/rootfs.squashfs', 'a rootfs'],
    ] as const
  ).map(([path, content]) => ({ type: 'file' as const, path, source: memorySource(path, content) }))
  const image = await authorIso({ entries, volumeLabel: 'COS_LIVE' })
  return await readFully(image, 0, image.size)
}

let directory: string
let server: FaultyServer
let options: ReleaseOptions
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'release-'))
  server = await startFaultyServer()
  options = { cache: await openCache(directory), wait: async () => {} }
})
afterEach(async () => {
  await server.stop()
  await rm(directory, { recursive: true })
})
const here = <Selection extends object>(selection: Selection) => ({ ...selection, baseUrl: server.url })
const put = (path: string, content: Uint8Array | string, etag = '"1"') =>
  server.files.set(path, { content: Buffer.from(content), etag })
const textOf = async (source: ByteSource) => Buffer.from(await readFully(source, 0, source.size)).toString()
const asked = () => server.requests.map(({ path }) => path.split('/').at(-1))

describe('fetchReleaseIso', () => {
  it('fetches the image, compares it with the published checksum and keeps it', async () => {
    put(NEW_ISO, 'image')
    put(`${NEW_ISO}.sha256`, `${digest(Buffer.from('image'))}  kairos.iso\n`)
    const release = await fetchReleaseIso(here(NEW), options)
    expect(release).toMatchObject({ verified: true, origin: 'downloaded', warnings: [], url: server.url + NEW_ISO })
    expect(await textOf(release.iso)).toBe('image')
    server.requests.length = 0
    expect(await fetchReleaseIso(here(NEW), options)).toMatchObject({ verified: true, origin: 'cached', warnings: [] })
    expect(asked()).toEqual(['kairos-ubuntu-24.04-core-amd64-generic-v3.7.2.iso.sha256'])
  })

  it('fetches the image again when somebody has changed it by another name, as iso customize --in-place may', async () => {
    const iso = Buffer.from(await kairosIso())
    put(NEW_ISO, iso)
    put(`${NEW_ISO}.sha256`, digest(iso))
    const { iso: first } = await fetchReleaseIso(here(NEW), options)
    await link(first.path, join(directory, 'kairos.iso'))
    await writeFile(join(directory, 'kairos.iso'), iso.fill('#cloud-config'))
    const again = await fetchReleaseIso(here(NEW), options)
    expect(again).toMatchObject({ verified: true, origin: 'downloaded' })
    expect(await hashSource(again.iso, 'sha256')).toBe(again.sha256)
    const { artifacts } = await fetchReleaseNetboot(here(NEW), options)
    expect(await textOf(artifacts.initrd)).toBe('an initrd')
  })

  it('fails for a wrong checksum, and for one that is none', async () => {
    put(NEW_ISO, 'image')
    put(`${NEW_ISO}.sha256`, digest(Buffer.from('other')))
    await expect(fetchReleaseIso(here(NEW), options)).rejects.toMatchObject({
      code: 'input/changed',
      message: expect.stringContaining(NEW_ISO),
    })
    put(`${NEW_ISO}.sha256`, '<html>', '"2"')
    await expect(fetchReleaseIso(here(NEW), options)).rejects.toMatchObject({ code: 'input/malformed' })
    put(`${NEW_ISO}.sha256`, 'x'.repeat(100_000), '"3"')
    await expect(fetchReleaseIso(here(NEW), options)).rejects.toMatchObject({ code: 'input/too-large' })
  })

  it('warns when no checksum is published', async () => {
    put(NEW_ISO, 'image')
    const { verified, warnings } = await fetchReleaseIso(here(NEW), options)
    expect(verified).toBe(false)
    expect(warnings).toEqual([expect.stringContaining('no checksum is published')])
  })

  it.each([true, false])(
    'works from the cache without a network, and says so (checksum published: %s)',
    async (published) => {
      put(NEW_ISO, 'image')
      if (published) put(`${NEW_ISO}.sha256`, digest(Buffer.from('image')))
      const selection = here(NEW)
      await fetchReleaseIso(selection, options)
      await server.stop()
      const release = await fetchReleaseIso(selection, options)
      expect(release).toMatchObject({ origin: 'offline', verified: published })
      expect(release.warnings).toEqual([expect.stringContaining('cannot be reached')])
      expect(await textOf(release.iso)).toBe('image')
    },
  )

  it('names the file, the release, the URL and what may be wrong when there is none', async () => {
    await expect(fetchReleaseIso(here({ ...NEW, flavorRelease: undefined }), options)).rejects.toMatchObject({
      code: 'release/not-found',
      message: expect.stringMatching(
        /^http:.*\/kairos-ubuntu-core-amd64-generic-v3\.7\.2\.iso: file kairos-ubuntu-.*\.iso expected in release v3\.7\.2 of kairos-io\/kairos, none found\.$/,
      ),
      hint: expect.stringMatching(/flavor_release.*\/releases\/tag\/v3\.7\.2$/),
    })
  })
})

describe('a login in the URL of a mirror', () => {
  const withLogin = <Selection extends object>(selection: Selection) => ({
    ...selection,
    baseUrl: server.url.replace('http://', 'http://me:sesame@'),
  })
  const secret = /sesame|bWU6c2VzYW1l/

  it('is sent to it, and told by no result', async () => {
    put(NEW_ISO, await kairosIso())
    for (const part of ['-kernel', '-initrd', '.squashfs']) put(OLD_PREFIX + part, 'part')
    const { iso: _, ...release } = await fetchReleaseIso(withLogin(NEW), options)
    const old = await fetchReleaseNetboot(withLogin(OLD), options)
    const { urls, warnings } = await fetchReleaseNetboot(withLogin(NEW), options)
    expect(server.requests.every(({ headers }) => headers.authorization === `Basic ${btoa('me:sesame')}`)).toBe(true)
    expect(release.url).toBe(server.url.replace('http://', 'http://…@') + NEW_ISO)
    expect([old.urls.length, urls.length]).toEqual([3, 1])
    expect(JSON.stringify([release, old.urls, old.warnings, urls, warnings])).not.toMatch(secret)
    expect(releaseFiles(withLogin(NEW)).page).not.toMatch(secret)
  })

  it('is told by no error', async () => {
    const attempt = () => fetchReleaseIso(withLogin(NEW), options).catch((error: unknown) => error)
    const errors = [await attempt()]
    put(NEW_ISO, 'image')
    for (const checksum of ['<html>', digest(Buffer.from('other')), 'x'.repeat(100_000)]) {
      put(`${NEW_ISO}.sha256`, checksum, `"${checksum.length}"`)
      errors.push(await attempt())
    }
    await server.stop()
    options = { ...options, cache: await openCache(join(directory, 'empty')) }
    errors.push(await attempt())
    const codes = ['release/not-found', 'input/malformed', 'input/changed', 'input/too-large', 'input/unreachable']
    expect(errors).toMatchObject(codes.map((code) => ({ code })))
    expect(inspect(errors, { depth: 10 })).not.toMatch(secret)
  })
})

describe('fetchReleaseNetboot', () => {
  it('takes the separate files of an old release, and no image', async () => {
    put(`${OLD_PREFIX}-kernel`, 'kernel')
    put(`${OLD_PREFIX}-initrd`, 'initrd')
    put(`${OLD_PREFIX}.squashfs`, 'rootfs')
    put(`${OLD_PREFIX}.squashfs.sha256`, digest(Buffer.from('rootfs')))
    const { artifacts, warnings } = await fetchReleaseNetboot(here(OLD), options)
    expect(await Promise.all([artifacts.kernel, artifacts.initrd, artifacts.rootfs].map(textOf))).toEqual([
      'kernel',
      'initrd',
      'rootfs',
    ])
    expect(artifacts).toMatchObject({ architecture: 'amd64', description: 'core-rockylinux-v1.5.0' })
    expect(warnings).toHaveLength(2)
    expect(asked().filter((name) => name?.endsWith('.iso'))).toEqual([])
  })

  it('takes the parts out of the image of a new release, as ranges of it', async () => {
    const iso = await kairosIso()
    put(NEW_ISO, iso)
    put(`${NEW_ISO}.sha256`, digest(iso))
    const { artifacts } = await fetchReleaseNetboot(here(NEW), options)
    expect(await textOf(artifacts.initrd)).toBe('an initrd')
    expect(await textOf(artifacts.rootfs)).toBe('a rootfs')
    expect(artifacts).toMatchObject({
      architecture: 'arm64',
      description: 'kairos-ubuntu-24.04-core-amd64-generic-v3.7.2',
    })
  })

  it('takes the image of an old release that lacks the separate files', async () => {
    put(`${OLD_PREFIX}-kernel`, 'kernel')
    put(`${OLD_PREFIX}.iso`, await kairosIso())
    const { artifacts } = await fetchReleaseNetboot(here(OLD), options)
    expect(await textOf(artifacts.initrd)).toBe('an initrd')
  })

  it('says what an image lacks', async () => {
    const image = await authorIso({ entries: [], volumeLabel: 'EMPTY' })
    put(NEW_ISO, await readFully(image, 0, image.size))
    await expect(fetchReleaseNetboot(here(NEW), options)).rejects.toMatchObject({
      code: 'iso/not-found',
      message: expect.stringContaining('/boot/kernel expected'),
    })
  })
})
