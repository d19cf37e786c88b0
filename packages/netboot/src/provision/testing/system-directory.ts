import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sampleKernel } from '../../sources/artifacts/testing/sample-root.js'

/**
 * Writes as much of a root file system as an installation image is built of, with GRUB for UEFI and BIOS.
 *
 * @param initrd - what is in its initial RAM disk, to tell one from another
 */
export async function writeSystemDirectory(directory: string, initrd: string): Promise<void> {
  const files = {
    'boot/vmlinuz': sampleKernel(),
    'boot/initrd': initrd,
    'usr/lib/os-release': 'NAME=sample\n',
    'usr/lib/grub/x86_64-efi/monolithic/grubx64.efi': 'grub',
    'usr/share/grub2/i386-pc/eltorito.img': Buffer.alloc(4096, 'grub'),
    'usr/share/grub2/i386-pc/boot_hybrid.img': Buffer.alloc(512),
  }
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), content)
  }
}
