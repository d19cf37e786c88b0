import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bootFilesOf } from './live-files.js'

describe('bootFilesOf', () => {
  let root: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'live-files-'))
    await mkdir(join(root, 'boot'))
  })
  afterEach(() => rm(root, { recursive: true }))
  const put = (...names: string[]) => Promise.all(names.map((name) => writeFile(join(root, 'boot', name), name)))
  const found = async () => {
    const { kernel, initrd } = await bootFilesOf(root)
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

  it('finds nothing where there is nothing', async () => expect(await found()).toEqual([undefined, undefined]))
})
