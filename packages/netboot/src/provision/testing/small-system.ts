import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { memorySource } from '../../bytes/memory-source.js'
import { writeOciLayout } from '../../sources/archive/testing/write-oci-layout.js'
import { sampleKernel } from '../../sources/artifacts/testing/sample-root.js'

/** As much of a root file system as an installation image is built of, with GRUB for UEFI and BIOS, without Secure Boot. */
function smallSystem(initrd: string): Readonly<Record<string, Uint8Array | string>> {
  return {
    'boot/vmlinuz': sampleKernel(),
    'boot/initrd': initrd,
    'usr/lib/os-release': 'NAME=sample\n',
    'usr/lib/grub/x86_64-efi/monolithic/grubx64.efi': 'grub',
    'usr/share/grub2/i386-pc/eltorito.img': Buffer.alloc(4096, 'grub'),
    'usr/share/grub2/i386-pc/boot_hybrid.img': Buffer.alloc(512),
  }
}

/**
 * Writes a small system as a directory, which can change at any time.
 *
 * @param initrd - what is in its initial RAM disk, to tell one from another
 */
export async function writeSystemDirectory(directory: string, initrd: string): Promise<void> {
  for (const [path, content] of Object.entries(smallSystem(initrd))) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), content)
  }
}

/** Writes a small system as an OCI image layout, which is known by its digest. */
export async function writeSystemLayout(directory: string, initrd: string): Promise<void> {
  const entries = Object.entries(smallSystem(initrd)).map(
    ([path, content]) => ({ type: 'file', path: `/${path}`, source: memorySource(path, content) }) as const,
  )
  await writeOciLayout(directory, [entries])
}
