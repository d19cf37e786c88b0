import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { authorIpxeIso, kairosIpxeScript, proxyDhcpScript } from '../packages/netboot/src/media/ipxe/index.js'
import { BOOT_SYSTEM_NEEDS, type BootSystem, bootSystem, CONFIG_BEGINS, CONFIG_ENDS } from './boot-medium.js'
import { type MachineOptions, OVMF_CODE, OVMF_VARIABLES, QEMU, startMachine } from './qemu.js'
import { requirement } from './requirements.js'
import { temporaryDirectory, writeSource } from './temporary.js'

const BOOT_MS = 120_000
const config = '#cloud-config\nhostname: from-the-network\n'

describe.skipIf(
  requirement([
    ...[...BOOT_SYSTEM_NEEDS, QEMU, OVMF_CODE, OVMF_VARIABLES, '/usr/lib/ipxe/ipxe.lkrn', '/usr/lib/ipxe/ipxe.efi'],
    ...['grub-mkimage', '/usr/lib/grub/i386-pc/boot_hybrid.img', '/usr/lib/grub/i386-pc/linux16.mod'],
  ]),
)('an iPXE medium', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let system: BootSystem
  let server: Server
  /** QEMU's name for this machine's loopback. */
  let url: string
  let requests: string[] = []

  beforeAll(async () => {
    directory = await temporaryDirectory()
    system = bootSystem()
    const files = new Map<string, string | Buffer>([
      ['/kernel', system.kernel],
      ['/initrd', system.initrd],
      ['/config', config],
    ])
    server = createServer((request, response) => {
      requests.push(`${request.url}`)
      const content = files.get(`${request.url}`) ?? (request.url === '/boot.ipxe' ? script() : undefined)
      response.writeHead(content === undefined ? 404 : 200).end(content)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://10.0.2.2:${(server.address() as AddressInfo).port}`
  })
  beforeEach(() => {
    requests = []
  })
  afterAll(async () => {
    server.close()
    await directory.remove()
  })

  const script = () =>
    kairosIpxeScript({ url, kernel: 'kernel', initrd: 'initrd', rootfs: 'rootfs.squashfs', config: `${url}/config` })

  async function author(text: string) {
    const iso = await authorIpxeIso({ script: text })
    return { iso, path: await writeSource(iso, join(directory.path, 'ipxe.iso')) }
  }

  async function boot(options: MachineOptions, bootFile?: string): Promise<string> {
    const network = `user,id=net${bootFile === undefined ? '' : `,bootfile=${bootFile}`}`
    // Without an option ROM, so that nothing but the medium can start iPXE.
    const card = options.firmware === 'bios' ? 'e1000' : 'virtio-net-pci'
    const machine = startMachine({ ...options, args: ['-netdev', network, '-device', `${card},netdev=net,romfile=`] })
    try {
      return (await machine.waitForPowerOff(BOOT_MS)).replaceAll('\r', '')
    } finally {
      await machine.stop()
    }
  }

  function expectNetworkBoot(log: string): void {
    expect(log).toContain(`${CONFIG_BEGINS}\n${config}${CONFIG_ENDS}\n`)
    expect(log).toMatch(/e2e: cmdline .*initrd=initrd rd\.neednet=1 ip=dhcp .* netboot install-mode config_url=/)
    expect(requests.slice(-3)).toEqual(['/kernel', '/initrd', '/config'])
  }

  it('with the script of a release starts it on a BIOS, as a CD', async () => {
    const { path } = await author(script())
    expectNetworkBoot(await boot({ firmware: 'bios', medium: { path, as: 'cd' } }))
  })

  it('with the generic script boots on a BIOS, as a USB disk, what DHCP offers', async () => {
    const { path } = await author(proxyDhcpScript())
    expectNetworkBoot(await boot({ firmware: 'bios', medium: { path, as: 'usb' } }, `${url}/boot.ipxe`))
    expect(requests[0]).toBe('/boot.ipxe')
  })

  it('with the generic script restarts the machine when nobody offers anything', async () => {
    const { path } = await author(proxyDhcpScript({ attempts: 2, pauseSeconds: 0 }))
    const log = await boot({ firmware: 'bios', medium: { path, as: 'cd' } })
    expect(log).not.toContain('e2e: started')
    expect(requests).toEqual([])
  })

  it('starts with UEFI, or says that this build of iPXE cannot', async () => {
    const { iso, path } = await author(script())
    if (iso.boots.includes('uefi-x64')) {
      expectNetworkBoot(await boot({ firmware: 'uefi', medium: { path, as: 'cd' } }))
    } else {
      expect(iso.warnings).toEqual([expect.stringMatching(/does not start on x86-64 machines with UEFI/)])
    }
  })
})
