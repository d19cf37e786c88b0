import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { directoryRootFileSystem } from '../file-system/directory-root-file-system.js'
import { findBootFiles } from './boot-files.js'

describe('findBootFiles', () => {
  let root: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'boot-files-'))
    await mkdir(join(root, 'boot'))
  })
  afterEach(() => rm(root, { recursive: true }))
  const put = (...names: string[]) => Promise.all(names.map((name) => writeFile(join(root, 'boot', name), name)))
  const found = async () => {
    const { kernel, initrd } = await findBootFiles(directoryRootFileSystem(root))
    return [kernel?.name, initrd?.name].map((name) => name?.slice(root.length))
  }

  it('takes the newest version, by number, and no rescue system', async () => {
    await put('vmlinuz-6.9.1', 'vmlinuz-6.10.2', 'vmlinuz-0-rescue-1', 'initramfs-6.9.1.img', 'initramfs-6.10.2.img')
    expect(await found()).toEqual(['/boot/vmlinuz-6.10.2', '/boot/initramfs-6.10.2.img'])
  })

  it.skipIf(process.platform === 'win32')('follows the links that Kairos images have', async () => {
    await put('vmlinuz-6.9.1', 'initrd-6.9.1')
    await symlink('/boot/vmlinuz-6.9.1', join(root, 'boot/vmlinuz'))
    await symlink('initrd-6.9.1', join(root, 'boot/initrd'))
    expect(await found()).toEqual(['/boot/vmlinuz-6.9.1', '/boot/initrd-6.9.1'])
  })

  it('takes an initial RAM disk of the same version as the kernel', async () => {
    await put('vmlinuz-6.9.1', 'initrd.img-6.10.2', 'initrd.img-6.9.1')
    expect(await found()).toEqual(['/boot/vmlinuz-6.9.1', '/boot/initrd.img-6.9.1'])
  })

  it('finds a kernel that lies beside its modules', async () => {
    await mkdir(join(root, 'usr/lib/modules/6.9.1'), { recursive: true })
    await writeFile(join(root, 'usr/lib/modules/6.9.1/vmlinuz'), 'kernel')
    await put('initramfs-6.9.1.img')
    expect(await found()).toEqual(['/usr/lib/modules/6.9.1/vmlinuz', '/boot/initramfs-6.9.1.img'])
  })

  it('passes over files without content', async () => {
    await put('vmlinuz-6.9.1', 'initrd')
    await writeFile(join(root, 'boot/vmlinuz'), '')
    expect(await found()).toEqual(['/boot/vmlinuz-6.9.1', '/boot/initrd'])
  })

  it('finds nothing where there is nothing', async () => expect(await found()).toEqual([undefined, undefined]))
})
