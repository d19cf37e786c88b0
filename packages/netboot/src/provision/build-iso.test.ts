import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ByteSource, readFully } from '../bytes/byte-source.js'
import { fileSource } from '../bytes/file-source.js'
import { hashSource } from '../bytes/hash-source.js'
import { memorySource } from '../bytes/memory-source.js'
import { openIso } from '../media/iso/index.js'
import { openSquashfs } from '../media/squashfs/index.js'
import { sampleEntries, sampleKernel, sampleRoot, streamedFile } from '../sources/artifacts/testing/sample-root.js'
import { buildIso } from './build-iso.js'

const textOf = async (source: ByteSource) => Buffer.from(await readFully(source, 0, source.size)).toString('latin1')

describe('buildIso', () => {
  let top: string
  beforeEach(async () => {
    top = await mkdtemp(join(tmpdir(), 'build-iso-'))
  })
  afterEach(() => rm(top, { recursive: true, force: true }))
  const at = (...names: string[]) => join(top, ...names)
  const options = { grubHost: false } as const

  it('makes an ISO with kernel, initial RAM disk and root file system, and a checksum beside it', async () => {
    const built = await buildIso(sampleRoot(), at('kairos.iso'), options)
    expect(built).toMatchObject({ architecture: 'amd64', starts: ['uefi'], size: (await stat(at('kairos.iso'))).size })
    const iso = await openIso(await fileSource(at('kairos.iso')))
    expect(await textOf(await iso.open('/boot/kernel'))).toBe(Buffer.from(sampleKernel()).toString('latin1'))
    expect(await textOf(await iso.open('/boot/initrd'))).toBe('initrd '.repeat(1000))
    const rootfs = await openSquashfs(await iso.open('/rootfs.squashfs'))
    expect(await textOf(await rootfs.open('/lib/os-release'))).toBe('NAME=sample\n')
    expect(built.sha256).toBe(await hashSource(await fileSource(at('kairos.iso')), 'sha256'))
    expect(await readFile(at('kairos.iso.sha256'), 'utf8')).toBe(`${built.sha256} kairos.iso\n`)
    expect((await readdir(top)).sort()).toEqual(['kairos.iso', 'kairos.iso.sha256'])
  })

  it('gives the same bytes again', async () => {
    const builds = [at('a.iso'), at('b.iso')].map((path) => buildIso(sampleRoot(), path, options))
    const [a, b] = await Promise.all(builds)
    expect(a?.sha256).toBe(b?.sha256)
  })

  it('lays both overlays, puts the cloud config in, and then lets only its owner read the ISO', async () => {
    await mkdir(at('rootfs/etc'), { recursive: true })
    await writeFile(at('rootfs/etc/motd'), 'hello')
    await mkdir(at('iso/boot/grub2'), { recursive: true })
    await writeFile(at('iso/boot/grub2/grub.cfg'), 'own menu')
    const cloudConfig = memorySource('config.yaml', '#cloud-config\n')
    const overlays = { overlayRootfs: at('rootfs'), overlayIso: at('iso') }
    await buildIso(sampleRoot(), at('kairos.iso'), { ...options, ...overlays, cloudConfig })
    const iso = await openIso(await fileSource(at('kairos.iso')))
    expect(await textOf(await iso.open('/config.yaml'))).toBe('#cloud-config\n')
    expect(await textOf(await iso.open('/boot/grub2/grub.cfg'))).toBe('own menu')
    const rootfs = await openSquashfs(await iso.open('/rootfs.squashfs'))
    expect(await textOf(await rootfs.open('/etc/motd'))).toBe('hello')
    if (process.platform !== 'win32') expect((await stat(at('kairos.iso'))).mode & 0o777).toBe(0o600)
  })

  it('refuses machines that there is no menu for', async () => {
    const root = sampleRoot(() => sampleEntries(sampleKernel('riscv64')), { architecture: 'riscv64' })
    await expect(buildIso(root, at('kairos.iso'), options)).rejects.toMatchObject({
      code: 'artifacts/wrong-architecture',
    })
  })

  it('leaves nothing when it is cancelled, whenever that is', async () => {
    for (const phase of ['content', 'tables', 'collect', 'write', 'checksum']) {
      const stop = new AbortController()
      let reached = false
      const onProgress = (event: { phase: string }) => {
        if (event.phase !== phase) return
        reached = true
        stop.abort()
      }
      const entries = () => [...sampleEntries(), streamedFile('/large', Buffer.alloc(5 * 1024 * 1024, 'large'))]
      const building = buildIso(sampleRoot(entries), at('kairos.iso'), { ...options, signal: stop.signal, onProgress })
      await expect(building, phase).rejects.toMatchObject({ code: 'aborted' })
      expect([phase, reached, await readdir(top)]).toEqual([phase, true, []])
    }
  })
})
