import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auroraboot, aurorabootSucceeds, killAuroraboot } from './auroraboot-bin.js'
import { BOOTABLE_IMAGE_NEEDS, createBootableImage } from './bootable-image.js'
import { OVMF_CODE, OVMF_VARIABLES, QEMU, startMachine } from './qemu.js'
import { requirement } from './requirements.js'
import { temporaryDirectory } from './temporary.js'

const BOOT_MS = 150_000
const CONFIG = '#cloud-config\nhostname: built'

describe.skipIf(
  requirement([
    ...[...BOOTABLE_IMAGE_NEEDS, QEMU, OVMF_CODE, OVMF_VARIABLES],
    ...['grub-mkimage', '/usr/lib/grub/i386-pc/boot_hybrid.img', '/usr/lib/grub/x86_64-efi/normal.mod'],
  ]),
)('an ISO that auroraboot build-iso makes of an image', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let image: string
  const at = (...names: string[]) => join(directory.path, ...names)
  const build = (output: string, ...args: string[]) => [
    ...['build-iso', image, '--output', output, '--state-dir', 'state', ...args],
  ]
  const sha256Of = async (path: string) =>
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex')

  beforeAll(async () => {
    directory = await temporaryDirectory()
    image = await createBootableImage(at('layout'))
    // Over the image's link /lib, which stays one.
    await mkdir(at('overlay/lib'), { recursive: true })
    await writeFile(at('overlay/lib/overlaid'), 'a file of the overlay')
    await writeFile(at('config.yaml'), CONFIG)
    const overlays = ['--overlay-rootfs', 'overlay', '--cloud-config', 'config.yaml']
    await aurorabootSucceeds(
      directory.path,
      ...build('out', ...overlays, '--extend-live-cmdline', 'e2e.extra=1', '--live-console', 'console=ttyS0'),
    )
    await provisionCustomIso()
  })

  /** The same image by the command that makes everything, its config a template. */
  async function provisionCustomIso(): Promise<void> {
    await writeFile(at('template.yaml'), CONFIG.replace('built', '[[ .name ]]'))
    const settings = [
      ...[`container_image=${image}`, 'state_dir=provisioned', 'disable_netboot=true', 'disable_http_server=true'],
      ...['iso.overlay_rootfs=overlay', 'iso.extend-live-cmdline=e2e.extra=1', 'iso.live_console=console=ttyS0'],
      'name=built',
    ]
    const set = settings.flatMap((setting) => ['--set', setting])
    await aurorabootSucceeds(directory.path, '--cloud-config', 'template.yaml', ...set)
  }
  afterAll(() => directory.remove())

  it('has its checksum beside it, and nothing else', async () => {
    expect((await readdir(at('out'))).sort()).toEqual(['kairos.iso', 'kairos.iso.sha256'])
    expect(await readFile(at('out/kairos.iso.sha256'), 'utf8')).toBe(
      `${await sha256Of(at('out/kairos.iso'))} kairos.iso\n`,
    )
  })

  // All at once: most of the time is the menu's.
  it.concurrent.each([
    ['bios', 'cd', 'sr0', 'out/kairos.iso'],
    ['uefi', 'cd', 'sr0', 'out/kairos.iso'],
    ['bios', 'usb', 'sda', 'provisioned/iso/kairos.iso.custom.iso'],
    ['uefi', 'usb', 'sda', 'provisioned/iso/kairos.iso.custom.iso'],
  ] as const)('starts the init of the image with %s as %s (%s, %s)', async (firmware, as, device, path) => {
    const machine = startMachine({ firmware, medium: { path: at(path), as } })
    try {
      const log = (await machine.waitForPowerOff(BOOT_MS)).replaceAll('\r', '')
      expect(log).toContain(`e2e: init of the image on ${device}, the upper layer\n`)
      expect(log).toContain('e2e: root / squashfs\n')
      expect(log).toMatch(/e2e: cmdline .*console=ttyS0 .*install-mode .*e2e\.extra=1/)
      expect(log).toMatch(/e2e: removed: .*No such file/)
      expect(log).toContain('e2e: overlay: a file of the overlay\n')
      expect(log).toContain(`e2e: config: ${CONFIG}\n`)
      expect(log).toContain('e2e: done\n')
    } finally {
      await machine.stop()
    }
  })

  it('is the same when it is built again', async () => {
    for (const name of ['a', 'b']) await aurorabootSucceeds(directory.path, ...build('again', '--name', name))
    expect(await sha256Of(at('again/a.iso'))).toBe(await sha256Of(at('again/b.iso')))
  })

  it('is whole or not there when the build is killed, and the next build finishes', async () => {
    const startedAt = performance.now()
    await aurorabootSucceeds(directory.path, ...build('whole'))
    const took = performance.now() - startedAt
    const expected = await sha256Of(at('whole/kairos.iso'))
    for (let round = 0; round < 8; round++) {
      await killAuroraboot(directory.path, build('killed'), took * (0.2 + 0.8 * Math.random()))
      const names = await readdir(at('killed')).catch((): string[] => [])
      // What is left besides is recognisable.
      expect(names.filter((name) => !name.startsWith('.kairos.iso.part') && !name.startsWith('kairos.iso'))).toEqual([])
      if (names.includes('kairos.iso')) expect(await sha256Of(at('killed/kairos.iso'))).toBe(expected)
    }
    await aurorabootSucceeds(directory.path, ...build('killed'))
    expect((await readdir(at('killed'))).sort()).toEqual(['kairos.iso', 'kairos.iso.sha256'])
    expect(await sha256Of(at('killed/kairos.iso'))).toBe(expected)
  })

  it('is not made of an image without a kernel: the error says where it looked', async () => {
    await mkdir(at('empty/boot'), { recursive: true })
    const { code, err } = await auroraboot(directory.path, 'build-iso', 'dir:empty', '--output', 'none')
    expect(code).toBe(12)
    expect(err).toMatch(/a kernel \(.*vmlinuz.*nothing is in \/boot/s)
    expect(err).toContain('Is it a Kairos image?')
    expect(await readdir(at('none'))).toEqual([])
  })

  it('tells programs in JSON what was made', async () => {
    const out = await aurorabootSucceeds(directory.path, ...build('json', '--name', 'edge', '--json'))
    const result = JSON.parse(out.trim().split('\n').at(-1) ?? '')
    expect(result).toMatchObject({
      event: 'result',
      output: 'json/edge.iso',
      checksumFile: 'json/edge.iso.sha256',
      architecture: 'amd64',
      starts: ['bios', 'uefi'],
      sha256: await sha256Of(at('json/edge.iso')),
    })
  })
})
