import { describe, expect, it } from 'vitest'
import { readFully } from '../../bytes/byte-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import type { RootFileSystem } from '../../file-system/root-file-system.js'
import { openIso } from '../iso/index.js'
import { liveIso } from './live-iso.js'

const part = (name: string) => memorySource(name, `content of ${name}`)
const files = { kernel: part('kernel'), initrd: part('initrd'), rootfs: part('rootfs') }
const UEFI_ONLY: RootFileSystem = {
  name: 'image',
  open: async (path) => (path === '/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi' ? part(path) : undefined),
  list: async () => [],
}
const grub = { grubFrom: UEFI_ONLY, grubHost: false } as const

async function contentOf(image: Awaited<ReturnType<typeof liveIso>>['image'], path: string): Promise<string> {
  const file = await (await openIso(image)).open(path)
  return Buffer.from(await readFully(file, 0, file.size)).toString()
}

describe('liveIso', () => {
  it('puts kernel, initial RAM disk, root file system and cloud config where the live system looks for them', async () => {
    const { image, starts } = await liveIso({ ...files, ...grub, cloudConfig: part('config') })
    expect(await contentOf(image, '/boot/kernel')).toBe('content of kernel')
    expect(await contentOf(image, '/boot/initrd')).toBe('content of initrd')
    expect(await contentOf(image, '/rootfs.squashfs')).toBe('content of rootfs')
    expect(await contentOf(image, '/config.yaml')).toBe('content of config')
    expect((await (await openIso(image)).stat('/config.yaml')).mode).toBe(0o100600)
    expect(starts).toEqual(['uefi'])
  })

  it('names kernel and initial RAM disk when they are missing', async () => {
    await expect(liveIso({ rootfs: files.rootfs, ...grub })).rejects.toMatchObject({
      code: 'input/not-found',
      message: expect.stringMatching(/\/boot\/kernel and \/boot\/initrd expected/),
    })
  })

  it('fails when the medium would not start on the machines it is for', async () => {
    await expect(liveIso({ ...files, ...grub, mustStartWith: ['bios'] })).rejects.toMatchObject({
      code: 'grub/not-found',
    })
  })

  it('adds kernel arguments to every entry, and lays the overlay over all of it', async () => {
    const menu = { path: '/boot/grub2/grub.cfg', type: 'file', source: memorySource('own', 'own menu') } as const
    const kept = await liveIso({ ...files, ...grub, entries: [menu] })
    expect(await contentOf(kept.image, menu.path)).toBe('own menu')
    const extended = await liveIso({ ...files, ...grub, entries: [menu], extraCmdline: 'quiet=1' })
    const entries = (await contentOf(extended.image, menu.path)).match(/^ +linux .*$/gm) ?? []
    expect(entries.length).toBeGreaterThan(1)
    expect(entries.every((line) => line.endsWith(' quiet=1'))).toBe(true)
    const covered = await liveIso({ ...files, ...grub, extraCmdline: 'quiet=1', overlay: [menu] })
    expect(await contentOf(covered.image, menu.path)).toBe('own menu')
  })
})
