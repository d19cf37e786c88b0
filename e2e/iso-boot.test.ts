import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileSource } from '../packages/netboot/src/bytes/file-source.js'
import { memorySource } from '../packages/netboot/src/bytes/memory-source.js'
import { findGrub, grubBoot, liveGrubConfig, type RootFileSystem } from '../packages/netboot/src/media/grub/index.js'
import { type AuthorEntry, authorIso } from '../packages/netboot/src/media/iso/author/index.js'
import { BOOT_SYSTEM_NEEDS, type BootSystem, bootSystem, CONFIG_BEGINS, CONFIG_ENDS } from './boot-medium.js'
import {
  type Firmware,
  OVMF_CODE,
  OVMF_SECURE_CODE,
  OVMF_SECURE_VARIABLES,
  OVMF_VARIABLES,
  QEMU,
  startMachine,
} from './qemu.js'
import { findProgram, requirement } from './requirements.js'
import { temporaryDirectory, writeSource } from './temporary.js'
import { unpackedPackages } from './unpacked-packages.js'

const BOOT_MS = 120_000
const config = '#cloud-config\nhostname: from-the-medium\n'
const squashfs = Buffer.alloc(3 * 1024 * 1024, 'not really a squashfs, but large enough to be read ')

const file = (path: string, content: string | Uint8Array): AuthorEntry => ({
  path,
  type: 'file',
  source: memorySource(path, content),
})

const deepFile = `${Array.from({ length: 14 }, (_, index) => `level${index}`).join('/')}/${'n'.repeat(253)}`
const longTarget = `/${'directory/'.repeat(100)}end`

/** What only Rock Ridge can say, for Linux to read. */
const forLinux: AuthorEntry[] = [
  { ...file(`/e2e/${deepFile}`, 'deep'), mode: 0o640, uid: 12, gid: 34 },
  { path: '/e2e/link', type: 'symlink', target: longTarget },
  ...Array.from({ length: 50 }, (_, index) => file(`/e2e/many/file number ${index}`, `${index}`)),
]

/** Looks into unpacked packages as `findGrub` would into an image. */
function rootfsOf(directory: string): RootFileSystem {
  const open = async (path: string) => (findProgram(directory + path) ? fileSource(directory + path) : undefined)
  return { name: directory, open, list: async () => [] }
}

describe.skipIf(
  requirement([
    ...[...BOOT_SYSTEM_NEEDS, QEMU, OVMF_CODE, OVMF_VARIABLES, OVMF_SECURE_CODE, OVMF_SECURE_VARIABLES],
    ...['grub-mkimage', '/usr/lib/grub/i386-pc/boot_hybrid.img', '/usr/lib/grub/x86_64-efi/normal.mod'],
  ]),
)('an authored ISO', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let system: BootSystem
  beforeAll(async () => {
    directory = await temporaryDirectory()
    system = bootSystem()
  })
  afterAll(() => directory.remove())

  async function author(name: string, rootfs?: RootFileSystem): Promise<string> {
    const grub = await findGrub({ rootfs })
    const menu = liveGrubConfig({
      timeoutSeconds: 0,
      consoleCmdline: 'console=ttyS0',
      extraCmdline: 'e2e="two words" x=$y;z',
    })
    const boot = grubBoot({ grub, config: menu })
    const iso = await authorIso({
      volumeLabel: 'COS_LIVE',
      ...boot,
      entries: [
        ...boot.entries,
        file('/config.yaml', config),
        file('/boot/kernel', system.kernel),
        file('/boot/initrd', system.initrd),
        file('/rootfs.squashfs', squashfs),
        ...forLinux,
      ],
    })
    return writeSource(iso, join(directory.path, name))
  }

  async function boot(firmware: Firmware, medium: { path: string; as: 'cd' | 'usb' }): Promise<string> {
    const machine = startMachine({ firmware, medium })
    try {
      return (await machine.waitForPowerOff(BOOT_MS)).replaceAll('\r', '')
    } finally {
      await machine.stop()
    }
  }

  function expectLiveSystem(log: string, device: string): void {
    expect(log).toContain(`${CONFIG_BEGINS}\n${config}${CONFIG_ENDS}\n`)
    expect(log).toContain(`e2e: found on ${device}\n`)
    expect(log).toContain('e2e: label COS_LIVE ')
    expect(log).toContain(`e2e: sha256 ${createHash('sha256').update(squashfs).digest('hex')} rootfs.squashfs`)
    expect(log).toContain(`e2e: sha256 ${createHash('sha256').update('deep').digest('hex')} ./${deepFile}\n`)
    expect(log).toContain(`e2e: stat 640 12:34 4 ./${deepFile}\n`)
    expect(log).toContain(`./link' -> '${longTarget}'\n`)
    expect(log).toContain(`e2e: sha256 ${createHash('sha256').update('49').digest('hex')} ./many/file number 49\n`)
    expect(log).toMatch(/e2e: cmdline .* cdroot root=live:CDLABEL=COS_LIVE .* install-mode .* "e2e=two words" x=\$y;z/)
  }

  describe('with the GRUB of this machine', () => {
    let path: string
    beforeAll(async () => {
      path = await author('host-grub.iso')
    })

    it.each([
      ['bios', 'cd', 'sr0'],
      ['bios', 'usb', 'sda'],
      ['uefi', 'cd', 'sr0'],
      ['uefi', 'usb', 'sda'],
    ] as const)('starts with %s as %s', async (firmware, as, device) => {
      expectLiveSystem(await boot(firmware, { path, as }), device)
    })

    it('is refused by Secure Boot, as the warning says', async () => {
      const { warnings } = await findGrub()
      expect(warnings).toEqual([expect.stringMatching(/does not start with Secure Boot/)])
      const machine = startMachine({ firmware: 'uefi-secure-boot', medium: { path, as: 'cd' } })
      try {
        await machine.waitFor(/Access Denied/, BOOT_MS)
      } finally {
        await machine.stop()
      }
    })
  })

  it.each([
    ['cd', 'sr0'],
    ['usb', 'sda'],
  ] as const)('with shim and signed GRUB of an image starts with Secure Boot as %s', async (as, device) => {
    const rootfs = rootfsOf(unpackedPackages(['shim-signed', 'grub-efi-amd64-signed']))
    const path = await author('signed-grub.iso', rootfs)
    expectLiveSystem(await boot('uefi-secure-boot', { path, as }), device)
  })
})
