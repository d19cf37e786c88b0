import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ByteSource } from '@kairos-sdk/netboot'
import { directoryRootFileSystem } from '@kairos-sdk/netboot/grub'

/**
 * The kernel and the initial RAM disk of an unpacked root file system, where its distribution put them; of several
 * versions the newest.
 */
export async function bootFilesOf(
  rootfs: string,
): Promise<{ readonly kernel: ByteSource | undefined; readonly initrd: ByteSource | undefined }> {
  const { open } = directoryRootFileSystem(rootfs)
  const names = await namesIn(join(rootfs, 'boot'))
  const versions = await namesIn(join(rootfs, 'usr/lib/modules'))
  const inBoot = (pattern: RegExp) => names.filter((name) => pattern.test(name)).map((name) => `/boot/${name}`)
  const first = async (paths: readonly string[]) => {
    for (const path of paths) {
      const file = await open(path)
      if (file) return file
    }
    return undefined
  }
  return {
    kernel: await first([
      ...['/boot/kernel', '/boot/vmlinuz', '/boot/Image'],
      ...inBoot(/^(?:vmlinuz|vmlinux|Image)-(?!.*rescue)/),
      ...versions.map((version) => `/usr/lib/modules/${version}/vmlinuz`),
    ]),
    initrd: await first([
      ...['/boot/initrd', '/boot/initrd.img'],
      ...inBoot(/^(?:initrd|initrd\.img|initramfs)-(?!.*rescue)/),
    ]),
  }
}

/** Newest versions first. */
async function namesIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => [])
  return names.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
}
