import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type ByteSource, readFully } from '../../bytes/byte-source.js'
import { fileSource } from '../../bytes/file-source.js'
import { openSquashfs } from '../../media/squashfs/index.js'
import { artifactsOfDirectory } from './artifacts-of-directory.js'
import { packArtifacts } from './pack-artifacts.js'
import { packSquashfs } from './pack-squashfs.js'
import { sampleEntries, sampleKernel, sampleRoot, streamedFile } from './testing/sample-root.js'

const textOf = async (source: ByteSource) => Buffer.from(await readFully(source, 0, source.size)).toString('latin1')

let top: string
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'pack-artifacts-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(top, { recursive: true, force: true })
})
const at = (...names: string[]) => join(top, ...names)

describe('packArtifacts', () => {
  it('gives kernel and initial RAM disk out of the squashfs image, links followed', async () => {
    const { kernel, initrd, rootfs, architecture, description } = await packArtifacts(sampleRoot(), at('root.squashfs'))
    expect(await textOf(kernel)).toBe(Buffer.from(sampleKernel()).toString('latin1'))
    expect(await textOf(initrd)).toBe('initrd '.repeat(1000))
    expect([rootfs.name, architecture, description]).toEqual([at('root.squashfs'), 'amd64', 'sample:1'])
    expect(await readdir(top)).toEqual(['root.squashfs'])
  })

  it('gives the same bytes for the same source, whenever and wherever', async () => {
    await packArtifacts(sampleRoot(), at('a'))
    vi.useFakeTimers({ now: new Date('2031-01-01'), toFake: ['Date'] })
    await packArtifacts(sampleRoot(), at('b')).finally(() => vi.useRealTimers())
    expect(await readFile(at('a'))).toEqual(await readFile(at('b')))
    const dated = async () => (await openSquashfs(await fileSource(at('c')))).superblock.modifiedAt
    await packArtifacts(sampleRoot(), at('c'))
    expect(await dated()).toBe(Date.parse('2024-05-06T07:08:10Z') / 1000)
    vi.stubEnv('SOURCE_DATE_EPOCH', '1700000000')
    await packArtifacts(sampleRoot(), at('c'))
    expect(await dated()).toBe(1_700_000_000)
    await packArtifacts(sampleRoot(), at('c'), { date: new Date(5000) })
    expect(await dated()).toBe(5)
  })

  it('says where it looked for a kernel, and what is in /boot', async () => {
    const entries = () => [streamedFile('/boot/System.map'), streamedFile('/boot/initrd.img')]
    await expect(packArtifacts(sampleRoot(entries), at('x'))).rejects.toMatchObject({
      code: 'artifacts/not-found',
      message: expect.stringMatching(
        /sample:1: a kernel \(.*vmlinuz.*found; in \/boot there is System.map, initrd.img/,
      ),
      hint: expect.stringContaining('Is it a Kairos image?'),
    })
    await expect(
      packArtifacts(
        sampleRoot(() => []),
        at('x'),
      ),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/a kernel .* and an initial RAM disk .* nothing is in \/boot/),
    })
    expect(await readdir(top)).toEqual([])
  })

  it('refuses a kernel for other machines than the image says', async () => {
    const entries = () => sampleEntries(sampleKernel('arm64'))
    await expect(packArtifacts(sampleRoot(entries), at('x'))).rejects.toMatchObject({
      code: 'artifacts/wrong-architecture',
      message: expect.stringMatching(/amd64 expected, one for arm64 found/),
    })
    const { architecture } = await packArtifacts(sampleRoot(entries, { architecture: undefined }), at('x'))
    expect(architecture).toBe('arm64')
  })

  it('lays a directory over the root file system, which then belongs to root', async () => {
    await mkdir(at('overlay/lib'), { recursive: true })
    await writeFile(at('overlay/lib/os-release'), 'NAME=mine\n', { mode: 0o640 })
    const { rootFileSystem } = await packArtifacts(sampleRoot(), at('x'), { overlay: at('overlay') })
    const release = await rootFileSystem.open('/usr/lib/os-release')
    expect(release && (await textOf(release))).toBe('NAME=mine\n')
    const image = await openSquashfs(await fileSource(at('x')))
    expect(await image.stat('/usr/lib/os-release')).toMatchObject({ mode: 0o640, uid: 0, gid: 0 })
    expect(await image.readlink('/lib')).toBe('usr/lib')
  })

  it.each(['cancelled', 'broken'])('leaves nothing when the source is %s, and keeps what was there', async (how) => {
    await writeFile(at('x'), 'old')
    const stop = new AbortController()
    const root = sampleRoot(undefined, {
      async *entries() {
        yield streamedFile('/a')
        if (how === 'cancelled') stop.abort()
        else throw new Error('broken')
        yield streamedFile('/b')
      },
    })
    await expect(packSquashfs(root, at('x'), { signal: stop.signal })).rejects.toMatchObject({ name: 'KairosError' })
    expect(await readdir(top)).toEqual(['x'])
    expect(await readFile(at('x'), 'utf8')).toBe('old')
  })
})

describe('artifactsOfDirectory', () => {
  it('finds the files of a release', async () => {
    for (const name of ['k-kernel', 'k-initrd', 'k.squashfs', 'other-kernel']) await writeFile(at(name), sampleKernel())
    const { kernel, rootfs, architecture, description } = await artifactsOfDirectory(top)
    expect([kernel.name, rootfs.name, architecture, description]).toEqual([
      at('k-kernel'),
      at('k.squashfs'),
      'amd64',
      'k',
    ])
    for (const name of ['l-kernel', 'l-initrd', 'l.squashfs']) await writeFile(at(name), '')
    await expect(artifactsOfDirectory(top)).rejects.toMatchObject({ message: expect.stringContaining('k, l found') })
  })

  it('finds the files of an unpacked ISO', async () => {
    await expect(artifactsOfDirectory(top)).rejects.toMatchObject({ code: 'artifacts/not-found' })
    await mkdir(at('boot'))
    for (const name of ['boot/kernel', 'boot/initrd', 'rootfs.squashfs']) await writeFile(at(name), 'x')
    expect((await artifactsOfDirectory(top)).initrd.name).toBe(at('boot/initrd'))
  })
})
