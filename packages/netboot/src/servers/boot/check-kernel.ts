import { KairosError } from '@kairos-sdk/core'
import { type ByteSource, readFully } from '../../bytes/byte-source.js'

const HEAD_BYTES = 0x240

/**
 * What a kernel looks like, by architecture:
 *
 *     Offset  Bytes         Found in
 *     0x000   1f 8b         kernels compressed with gzip (arm64, riscv64), which iPXE unpacks
 *     0x000   "MZ"          EFI applications: kernels with an EFI stub
 *     0x038   "ARM\x64"     arm64 images (Documentation/arch/arm64/booting.rst)
 *     0x038   "RSC\x05"     riscv64 images (Documentation/arch/riscv/boot-image-header.rst)
 *     0x202   "HdrS"        x86 bzImages (Documentation/arch/x86/boot.rst)
 */
const SIGNS: readonly (readonly [offset: number, bytes: string])[] = [
  [0x000, '\x1f\x8b'],
  [0x000, 'MZ'],
  [0x038, 'ARM\x64'],
  [0x038, 'RSC\x05'],
  [0x202, 'HdrS'],
]

/**
 * Asserts that a file can be a kernel.
 *
 * @throws KairosError `netboot/not-a-kernel`; what the source throws
 */
export async function checkKernel(kernel: ByteSource): Promise<void> {
  const head = Buffer.from(await readFully(kernel, 0, Math.min(HEAD_BYTES, kernel.size))).toString('latin1')
  if (SIGNS.some(([offset, bytes]) => head.startsWith(bytes, offset))) return
  throw new KairosError(
    'netboot/not-a-kernel',
    `${kernel.name}: a Linux kernel expected (bzImage, arm64 or riscv64 Image, EFI stub), ${describe(head)} found.`,
    { hint: 'The kernel comes first, then the initrds.' },
  )
}

function describe(head: string): string {
  if (head === '') return 'an empty file'
  if (head.startsWith('hsqs')) return 'a squashfs image'
  if (head.startsWith('070701') || head.startsWith('\x28\xb5\x2f\xfd') || head.startsWith('\xfd7zXZ')) {
    return 'what looks like an initrd'
  }
  if (head.startsWith('\x7fELF')) return 'an ELF file (vmlinux is not what boot loaders start)'
  if (head.startsWith('#')) return 'a text'
  return 'something else'
}
