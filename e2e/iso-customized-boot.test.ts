import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findGrub, grubBoot, liveGrubConfig } from '../packages/netboot/src/media/grub/index.js'
import { BOOT_SYSTEM_NEEDS, bootSystem, CONFIG_BEGINS, CONFIG_ENDS } from './boot-medium.js'
import { type Firmware, OVMF_CODE, OVMF_VARIABLES, QEMU, startMachine } from './qemu.js'
import { requirement } from './requirements.js'
import { runProgram } from './run-program.js'
import { temporaryDirectory, writeSource } from './temporary.js'

const AURORABOOT = fileURLToPath(new URL('../packages/cli/bin/auroraboot.js', import.meta.url))
const BOOT_MS = 150_000
const config = '#cloud-config\nhostname: of-this-machine\n'

describe.skipIf(
  requirement([
    ...[...BOOT_SYSTEM_NEEDS, QEMU, OVMF_CODE, OVMF_VARIABLES, 'xorriso', 'grub-mkrescue', 'grub-mkimage', 'mformat'],
    ...['/usr/lib/grub/i386-pc/boot_hybrid.img', '/usr/lib/grub/x86_64-efi/normal.mod'],
  ]),
)('an ISO that auroraboot customised', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  const at = (...names: string[]) => join(directory.path, ...names)
  beforeAll(async () => {
    directory = await temporaryDirectory()
    const { kernel, initrd } = bootSystem()
    await writeFile(at('kernel'), kernel)
    await writeFile(at('initrd'), initrd)
    await writeFile(at('config.yaml'), config)
  })
  afterAll(() => directory.remove())

  async function run(name: string, ...args: string[]): Promise<string> {
    const { code, output } = await runProgram(name, args)
    expect([name, code, output]).toEqual([name, 0, expect.anything()])
    return output
  }

  const auroraboot = (...args: string[]) => run(process.execPath, AURORABOOT, ...args)

  async function writeTree(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(at(name, path)), { recursive: true })
      await writeFile(at(name, path), content)
    }
    return at(name)
  }

  /**
   * The system that starts is put in while customising: GRUB has to read it from behind the image's old end, which it
   * refuses where a partition does not cover it.
   */
  const changes = () => [
    ...['--cloud-config', at('config.yaml'), '--add', `/boot/kernel=${at('kernel')}`],
    ...['--add', `/boot/initrd=${at('initrd')}`, '--no-checksum'],
  ]

  async function expectToStart(path: string, firmware: Firmware, as: 'usb' | 'cd' = 'usb'): Promise<void> {
    const machine = startMachine({ firmware, medium: { path, as } })
    try {
      const log = (await machine.waitForPowerOff(BOOT_MS)).replaceAll('\r', '')
      expect(log).toContain(`${CONFIG_BEGINS}\n${config}${CONFIG_ENDS}\n`)
    } finally {
      await machine.stop()
    }
  }

  describe('made by grub-mkrescue', () => {
    beforeAll(async () => {
      const menu = 'set timeout=0\nmenuentry e2e {\n linux /boot/kernel console=ttyS0\n initrd /boot/initrd\n}\n'
      const tree = await writeTree('rescue', { 'boot/grub/grub.cfg': menu, 'boot/kernel': 'k', 'boot/initrd': 'i' })
      await run('grub-mkrescue', '-o', at('rescue.iso'), tree)
      await auroraboot('iso', 'customize', at('rescue.iso'), at('rescue-customized.iso'), ...changes())
    })

    it.each(['bios', 'uefi'] as const)('starts with %s from a USB stick', async (firmware) => {
      await expectToStart(at('rescue-customized.iso'), firmware)
    })
  })

  it('made by xorriso with a partition that had to grow starts with bios from a USB stick', async () => {
    const grub = await findGrub()
    const boot = grubBoot({ grub, config: liveGrubConfig({ timeoutSeconds: 0, consoleCmdline: 'console=ttyS0' }) })
    const tree = await writeTree('tree', { 'boot/kernel': 'k', 'boot/initrd': 'i' })
    for (const entry of boot.entries) {
      if (entry.type !== 'file') continue
      await mkdir(dirname(join(tree, entry.path)), { recursive: true })
      await writeSource(entry.source, join(tree, entry.path))
    }
    await run(
      'xorriso',
      ...['-as', 'mkisofs', '-R', '-J', '-V', 'COS_LIVE', '-partition_offset', '16', '-no-pad'],
      ...['--grub2-mbr', '/usr/lib/grub/i386-pc/boot_hybrid.img', '-c', 'boot.catalog', '-b', 'boot/eltorito.img'],
      ...[
        '-no-emul-boot',
        '-boot-load-size',
        '4',
        '-boot-info-table',
        '--grub2-boot-info',
        '-o',
        at('offset.iso'),
        tree,
      ],
    )
    await auroraboot('iso', 'customize', at('offset.iso'), at('offset-customized.iso'), ...changes())
    const sectors = async (name: string) =>
      Number(/start=\s*\d+, size=\s*(\d+)/.exec(await run('sfdisk', '-d', at(name)))?.[1])
    expect(await sectors('offset-customized.iso')).toBeGreaterThan(await sectors('offset.iso'))
    await expectToStart(at('offset-customized.iso'), 'bios')
  })

  it(
    'made by iso create and changed in place starts with uefi from a USB stick and bios from a CD',
    async () => {
      const files = ['--kernel', at('kernel'), '--initrd', at('initrd'), '--squashfs', at('config.yaml')]
      await auroraboot('iso', 'create', at('created.iso'), ...files, '--bios', '--uefi')
      await auroraboot('iso', 'customize', at('created.iso'), '--in-place', ...changes())
      await expectToStart(at('created.iso'), 'uefi')
      await expectToStart(at('created.iso'), 'bios', 'cd')
    },
    2 * BOOT_MS,
  )
})
