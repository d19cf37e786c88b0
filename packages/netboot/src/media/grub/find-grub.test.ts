import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readFully } from '../../bytes/byte-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import type { RootFileSystem } from '../../file-system/root-file-system.js'
import { findGrub } from './find-grub.js'
import { grubBoot } from './grub-boot.js'

function rootfs(...paths: string[]): RootFileSystem {
  return {
    name: 'image',
    open: async (path) => (paths.includes(path) ? memorySource(path, `content of ${path}`) : undefined),
    list: async () => [],
  }
}

async function text(source: Parameters<typeof readFully>[0] | undefined): Promise<string> {
  return source ? Buffer.from(await readFully(source, 0, source.size)).toString() : ''
}

const filesOf = async (images: Awaited<ReturnType<typeof findGrub>>) =>
  Promise.all((images.uefi?.files ?? []).map(async ({ path, source }) => [path, await text(source)]))

describe('GRUB in a root file system', () => {
  it.each([
    [
      'Debian',
      [
        '/usr/lib/shim/shimx64.efi.signed',
        '/usr/lib/shim/mmx64.efi.signed',
        '/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed',
        '/usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed',
      ],
      [
        ['EFI/BOOT/BOOTX64.EFI', 'content of /usr/lib/shim/shimx64.efi.signed'],
        ['EFI/BOOT/grubx64.efi', 'content of /usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed'],
        ['EFI/BOOT/mmx64.efi', 'content of /usr/lib/shim/mmx64.efi.signed'],
      ],
    ],
    [
      'openSUSE',
      ['/usr/share/efi/x86_64/shim.efi', '/usr/share/efi/x86_64/grub.efi', '/usr/share/efi/x86_64/MokManager.efi'],
      [
        ['EFI/BOOT/BOOTX64.EFI', 'content of /usr/share/efi/x86_64/shim.efi'],
        ['EFI/BOOT/grub.efi', 'content of /usr/share/efi/x86_64/grub.efi'],
        ['EFI/BOOT/MokManager.efi', 'content of /usr/share/efi/x86_64/MokManager.efi'],
      ],
    ],
    [
      'Fedora',
      ['/boot/efi/EFI/fedora/shimx64.efi', '/boot/efi/EFI/fedora/grubx64.efi'],
      [
        ['EFI/BOOT/BOOTX64.EFI', 'content of /boot/efi/EFI/fedora/shimx64.efi'],
        ['EFI/BOOT/grubx64.efi', 'content of /boot/efi/EFI/fedora/grubx64.efi'],
      ],
    ],
  ])('is found as %s has it, with its shim', async (_, paths, expected) => {
    const images = await findGrub({ rootfs: rootfs(...paths), host: false })
    expect(await filesOf(images)).toEqual(expected)
    expect(images.warnings).toEqual([expect.stringMatching(/UEFI only.*grub-pc-bin/)])
  })

  it('is found for arm64, where no BIOS is missed', async () => {
    const paths = ['/usr/lib/shim/shimaa64.efi.signed', '/usr/lib/grub/arm64-efi-signed/grubaa64.efi.signed']
    const images = await findGrub({ arch: 'arm64', rootfs: rootfs(...paths), host: false })
    expect((await filesOf(images)).map(([path]) => path)).toEqual(['EFI/BOOT/BOOTAA64.EFI', 'EFI/BOOT/grubaa64.efi'])
    expect(images.warnings).toEqual([])
  })

  it('starts directly where there is no shim, with a warning about Secure Boot', async () => {
    const images = await findGrub({ rootfs: rootfs('/usr/lib/grub/x86_64-efi/grubx64.efi'), host: false })
    expect((await filesOf(images)).map(([path]) => path)).toEqual(['EFI/BOOT/BOOTX64.EFI'])
    expect(images.warnings).toContainEqual(expect.stringMatching(/does not start with Secure Boot/))
  })

  it('is found for a BIOS as one image or in two parts', async () => {
    const directory = '/usr/share/grub2/i386-pc'
    const whole = await findGrub({ rootfs: rootfs(`${directory}/eltorito.img`), host: false })
    expect(await text(whole.bios?.image)).toBe(`content of ${directory}/eltorito.img`)
    expect(whole.warnings).toEqual([
      expect.stringMatching(/from CD only.*boot_hybrid\.img/),
      expect.stringMatching(/BIOS only/),
    ])
    const parts = await findGrub({
      rootfs: rootfs(`${directory}/cdboot.img`, `${directory}/core.img`, `${directory}/boot_hybrid.img`),
      host: false,
    })
    expect(await text(parts.bios?.image)).toBe(`content of ${directory}/cdboot.imgcontent of ${directory}/core.img`)
    expect(Buffer.from(parts.bios?.hybridMbr ?? []).toString()).toBe(`content of ${directory}/boot_hybrid.img`)
  })

  it('that is not there is an error that says what to install', async () => {
    await expect(findGrub({ rootfs: rootfs(), host: false })).rejects.toMatchObject({
      code: 'grub/not-found',
      hint: expect.stringMatching(/apt install grub-common grub-pc-bin grub-efi-amd64-bin/),
    })
  })
})

// The program that stands in for grub-mkimage is a shell script.
describe.skipIf(process.platform === 'win32')("the host's GRUB", () => {
  let directory: string
  const needed = ['iso9660', 'normal', 'configfile', 'linux', 'search', 'search_label', 'search_fs_file']

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kairos-grub-test-'))
    for (const [platform, modules] of [
      ['i386-pc', [...needed, 'biosdisk']],
      ['x86_64-efi', [...needed, 'efi_gop']],
      ['arm64-efi', needed.slice(1)],
    ] as const) {
      await mkdir(join(directory, 'modules', platform), { recursive: true })
      for (const name of modules) await writeFile(join(directory, 'modules', platform, `${name}.mod`), '')
    }
    await writeFile(join(directory, 'modules/i386-pc/boot_hybrid.img'), 'hybrid')
    // Stands in for grub-mkimage: the image is its arguments and the embedded menu.
    const program = '#!/bin/sh\nout=\nfor a; do [ "$p" = -o ] && out=$a; [ "$p" = -c ] && cfg=$a; p=$a; done\n'
    await writeFile(join(directory, 'mkimage'), `${program}(echo "$*"; cat "$cfg") > "$out"\n`)
    await writeFile(join(directory, 'broken'), '#!/bin/sh\necho no such module >&2; exit 3\n')
    await chmod(join(directory, 'mkimage'), 0o755)
    await chmod(join(directory, 'broken'), 0o755)
  })
  afterAll(() => rm(directory, { recursive: true }))

  const host = (program = 'mkimage') => ({
    programs: [join(directory, 'nowhere'), join(directory, program)],
    directories: [join(directory, 'nothing'), join(directory, 'modules')],
  })

  it('makes an image with the modules that are there and a menu that looks for the label', async () => {
    const images = await findGrub({ host: host(), volumeLabel: 'MY_LABEL' })
    const bios = await text(images.bios?.image)
    expect(bios).toMatch(/^-O i386-pc-eltorito -d \S+\/i386-pc -p \/boot\/grub2 -c \S+ -o \S+ /)
    expect(bios).toMatch(/ biosdisk\n/)
    expect(bios).not.toMatch(/ vbe/)
    expect(bios).toContain('--label MY_LABEL')
    expect(Buffer.from(images.bios?.hybridMbr ?? []).toString()).toBe('hybrid')
    expect((await filesOf(images)).map(([path]) => path)).toEqual(['EFI/BOOT/BOOTX64.EFI'])
    expect(images.warnings).toEqual([expect.stringMatching(/Secure Boot/)])
  })

  it('is used for what the root file system lacks', async () => {
    const paths = ['/usr/lib/shim/shimx64.efi.signed', '/usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed']
    const images = await findGrub({ rootfs: rootfs(...paths), host: host() })
    expect(images.uefi?.shim).toBe(true)
    expect(images.bios?.origin).toMatch(/mkimage -O i386-pc-eltorito/)
    expect(images.warnings).toEqual([])
  })

  it('is not used when modules that it cannot do without are missing', async () => {
    await expect(findGrub({ arch: 'arm64', host: host() })).rejects.toMatchObject({ code: 'grub/not-found' })
  })

  it('says what its program said when that fails', async () => {
    await expect(findGrub({ host: host('broken') })).rejects.toMatchObject({
      code: 'grub/not-found',
      message: expect.stringMatching(/broken.*no such module/s),
    })
  })

  it('is left alone when the caller has cancelled', async () => {
    const signal = AbortSignal.abort()
    await expect(findGrub({ host: host(), signal })).rejects.toMatchObject({ code: 'aborted' })
  })
})

describe('GRUB on a medium', () => {
  it('has its menu where every GRUB looks for it, on the ISO and on the EFI system partition', async () => {
    const grub = await findGrub({ rootfs: rootfs('/usr/share/efi/x86_64/grub.efi'), host: false })
    const boot = grubBoot({ grub, config: 'menu', date: new Date(0) })
    const paths = boot.entries.map(({ path }) => path)
    for (const path of ['/boot/grub2/grub.cfg', 'boot/grub/grub.cfg', 'EFI/BOOT/grub.cfg', 'EFI/ubuntu/grub.cfg']) {
      expect(paths).toContain(path)
    }
    expect(boot.bios).toBeUndefined()
    const partition = Buffer.from(
      await readFully(boot.uefi?.image ?? memorySource('', ''), 0, boot.uefi?.image.size ?? 0),
    )
    expect(partition.toString('latin1')).toContain('content of /usr/share/efi/x86_64/grub.efi')
    expect(partition.toString('latin1')).toContain('configfile ($root)/boot/grub2/grub.cfg')
  })
})
