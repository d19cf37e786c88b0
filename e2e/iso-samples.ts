import { copyFile, mkdir, symlink, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runProgram } from './run-program.js'

/** What `makeSamples` needs. */
export const SAMPLE_REQUIREMENTS = [
  ...['xorriso', 'genisoimage', 'isohybrid', 'grub-mkrescue', 'grub-mkimage', 'mkfs.vfat', 'mformat', 'implantisomd5'],
  '/usr/lib/ISOLINUX/isolinux.bin',
  '/usr/lib/ISOLINUX/isohdpfx.bin',
  '/usr/lib/syslinux/modules/bios/ldlinux.c32',
  '/usr/lib/grub/i386-pc/boot_hybrid.img',
]

const noise = (length: number, step: number) => Uint8Array.from({ length }, (_, index) => (index * step) >> 3)
const BASIC_DATA = 'a2a0d0ebe5b9334487c068b6b72699c7'
const EFI_SYSTEM = '28732ac11ff8d211ba4b00a0c93ec93b'

/** An image made by another program. */
export interface Sample {
  readonly path: string
  readonly joliet: boolean
  /** It has a GPT, and one whose partitions do not overlap. */
  readonly soundGpt: boolean
}

async function run(name: string, ...args: string[]): Promise<void> {
  const { code, output } = await runProgram(name, args)
  if (code !== 0) throw new Error(`${name} ${args.join(' ')}: ${output}`)
}

/** Without empty files: genisoimage has them point to the boot catalog, which makes xorriso confuse the two. */
async function makeTree(tree: string): Promise<void> {
  const files: [string, string | Uint8Array][] = [
    ['hello.txt', 'hello\n'],
    ['rootfs.squashfs', noise(700_000, 7919)],
    ['boot/kernel', noise(50_000, 104_729)],
    ['sub/deep/er/file.txt', 'deep\n'],
    [`sub/${'long-name-'.repeat(9)}.txt`, 'long\n'],
    ...Array.from({ length: 40 }, (_, n): [string, string] => [
      `sub/A file with a rather long name, number ${n}`,
      `${n}\n`,
    ]),
  ]
  for (const [name, content] of files) {
    await mkdir(dirname(join(tree, name)), { recursive: true })
    await writeFile(join(tree, name), content)
  }
  await symlink('../hello.txt', join(tree, 'sub/link'))
  await mkdir(join(tree, 'isolinux'))
  await copyFile('/usr/lib/ISOLINUX/isolinux.bin', join(tree, 'isolinux/isolinux.bin'))
  await copyFile('/usr/lib/syslinux/modules/bios/ldlinux.c32', join(tree, 'isolinux/ldlinux.c32'))
  await mkdir(join(tree, 'boot/grub'))
  await writeFile(join(tree, 'boot/grub/efi.img'), '')
  await truncate(join(tree, 'boot/grub/efi.img'), 2 * 2 ** 20)
  await run('mkfs.vfat', join(tree, 'boot/grub/efi.img'))
  const eltorito = join(tree, 'boot/grub/eltorito.img')
  await run('grub-mkimage', '-O', 'i386-pc-eltorito', '-p', '/boot/grub', '-o', eltorito, 'biosdisk', 'iso9660')
}

const ISOLINUX = [
  ...['-c', 'isolinux/boot.cat', '-b', 'isolinux/isolinux.bin', '-no-emul-boot', '-boot-load-size', '4'],
  '-boot-info-table',
]
const GRUB = [
  ...['--grub2-mbr', '/usr/lib/grub/i386-pc/boot_hybrid.img', '-partition_offset', '16', '-c', 'boot.catalog'],
  ...['-b', 'boot/grub/eltorito.img', '-no-emul-boot', '-boot-load-size', '4', '-boot-info-table', '--grub2-boot-info'],
]

/** Makes images with all the programs and in all the ways that installation images are made. */
export async function makeSamples(directory: string): Promise<Map<string, Sample>> {
  const tree = join(directory, 'tree')
  await makeTree(tree)
  const efi = join(tree, 'boot/grub/efi.img')
  const at = (name: string) => join(directory, `${name}.iso`)
  const xorriso = (name: string, ...args: string[]) =>
    run('xorriso', '-as', 'mkisofs', '-R', '-V', 'COS_LIVE', ...args, '-o', at(name), tree)
  const samples = new Map<string, Sample>()
  const add = (name: string, joliet: boolean, soundGpt = false) =>
    samples.set(name, { path: at(name), joliet, soundGpt })

  await xorriso('xorriso-plain')
  add('xorriso-plain', false)
  await xorriso('xorriso-md5', '-J', '--md5')
  add('xorriso-md5', true)
  const efiEntry = ['-eltorito-alt-boot', '-e', 'boot/grub/efi.img', '-no-emul-boot']
  const isohybrid = ['-isohybrid-mbr', '/usr/lib/ISOLINUX/isohdpfx.bin', '-isohybrid-gpt-basdat']
  await xorriso('xorriso-isohybrid', '-J', ...ISOLINUX, ...efiEntry, ...isohybrid)
  add('xorriso-isohybrid', true)
  const appendedEntry = ['-eltorito-alt-boot', '-e', '--interval:appended_partition_2:::', '-no-emul-boot']
  const asGpt = ['-appended_part_as_gpt', '-iso_mbr_part_type', BASIC_DATA]
  // As Kairos, and as Ubuntu (with padding).
  const appended = ['-append_partition', '2', EFI_SYSTEM, efi, ...asGpt]
  await xorriso('xorriso-appended', '-J', '-no-pad', ...GRUB, ...appendedEntry, ...appended)
  add('xorriso-appended', true, true)
  await xorriso('xorriso-appended-padded', '-J', ...GRUB, ...appendedEntry, ...appended)
  add('xorriso-appended-padded', true, true)
  await xorriso('xorriso-appended-mbr', '-J', ...GRUB, ...efiEntry, '-append_partition', '2', '0xef', efi)
  add('xorriso-appended-mbr', true)
  await xorriso('xorriso-partition-offset', '-J', ...GRUB, ...efiEntry)
  add('xorriso-partition-offset', true)
  await run('grub-mkrescue', '-o', at('grub-mkrescue'), tree)
  add('grub-mkrescue', false, true)

  const genisoimage = (name: string, ...args: string[]) =>
    run('genisoimage', '-quiet', '-R', '-V', 'COS_LIVE', ...args, '-o', at(name), tree)
  await genisoimage('genisoimage', '-J', ...ISOLINUX)
  add('genisoimage', true)
  await genisoimage('genisoimage-checksum', '-J')
  await run('implantisomd5', at('genisoimage-checksum'))
  add('genisoimage-checksum', true)
  await genisoimage('isohybrid', '-J', ...ISOLINUX)
  await run('isohybrid', at('isohybrid'))
  add('isohybrid', true)
  await genisoimage('isohybrid-uefi', '-J', ...ISOLINUX, ...efiEntry)
  await run('isohybrid', '--uefi', at('isohybrid-uefi'))
  add('isohybrid-uefi', true)

  await run('xorriso', '-outdev', at('xorriso-sessions'), '-volid', 'COS_LIVE', '-map', tree, '/', '-commit')
  await run('xorriso', '-dev', at('xorriso-sessions'), '-map', join(tree, 'hello.txt'), '/second.txt', '-commit')
  add('xorriso-sessions', false)
  return samples
}
