import { createHash, randomBytes } from 'node:crypto'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memorySource } from '../packages/netboot/src/bytes/index.js'
import { memorySink, writeSquashfs } from '../packages/netboot/src/media/squashfs/index.js'
import type { MachineState, NetbootEvent } from '../packages/netboot/src/servers/boot/index.js'
import { decodePacket, identifyMachine, summary } from '../packages/netboot/src/servers/dhcp/index.js'
import { BOOT_SYSTEM_NEEDS, bootSystem, CONFIG_BEGINS, CONFIG_ENDS } from './boot-medium.js'
import { startDiskless } from './diskless-machine.js'
import { startDnsmasq } from './dnsmasq.js'
import { createNetwork, type Host, type HostPlan, type Running } from './namespaces.js'
import { OVMF_CODE, OVMF_VARIABLES, QEMU } from './qemu.js'
import { requirement } from './requirements.js'
import { temporaryDirectory } from './temporary.js'

const BOOT_MS = 150_000
const MAC = '52:54:00:4b:61:69'
const UUID = '01020304-0506-0708-090a-0b0c0d0e0f10'
const SITE = '10.77.0.1'
const US = '10.77.0.2'
/** A further address of ours on the same network. */
const ALSO_US = '10.77.0.9'
const CONFIG = '#cloud-config\nhostname: from-the-network\nusers: [{ name: kairos, passwd: s3cret-of-this-site }]\n'
const ROOTFS_BYTES = 12_000_000

const on = (address: string): HostPlan => ({ interfaces: { lan: `${address}/24` } })
const plan = { site: on(SITE), us: on(US), machine: on('10.77.0.3') }
const needs = [...BOOT_SYSTEM_NEEDS, 'ip', 'dnsmasq', QEMU, 'root', '/dev/net/tun', '/boot/ipxe.efi']
const skipped = requirement([...needs, OVMF_CODE, '/usr/lib/ipxe/ipxe.lkrn', '/usr/lib/ipxe/undionly.kpxe'])

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let rootfsSha256: string
const at = (name: string) => join(directory.path, name)
beforeAll(async () => {
  if (skipped) return
  directory = await temporaryDirectory()
  const { kernel, initrd } = bootSystem()
  writeFileSync(at('kernel'), kernel)
  // Compressed, as firmware's own drivers are slow in emulation.
  writeFileSync(at('initrd'), gzipSync(initrd))
  writeFileSync(at('config.yaml'), CONFIG)
  const rootfs = await makeRootfs()
  rootfsSha256 = createHash('sha256').update(rootfs).digest('hex')
  writeFileSync(at('rootfs.squashfs'), rootfs)
})
afterAll(() => directory?.remove())

/** A live system that says that it runs, and powers off. */
async function makeRootfs(): Promise<Uint8Array> {
  const init =
    '#!/bin/busybox sh\n/bin/busybox echo "e2e: live root $(/bin/busybox cat /etc/name)"\n/bin/busybox poweroff -f\n'
  const file = (path: string, mode: number, content: string | Uint8Array) =>
    ({ type: 'file', path, mode, source: memorySource(path, content) }) as const
  const folder = (path: string) => ({ type: 'directory', path, mode: 0o755 }) as const
  const sink = memorySink()
  await writeSquashfs(
    (async function* () {
      yield* [folder('/bin'), folder('/dev'), folder('/etc'), folder('/proc'), folder('/sys')]
      yield file('/bin/busybox', 0o755, readFileSync('/bin/busybox'))
      yield file('/etc/name', 0o644, 'made by writeSquashfs\n')
      yield file('/init', 0o755, init)
      yield file('/ballast', 0o644, randomBytes(ROOTFS_BYTES))
    })(),
    sink,
  )
  return sink.bytes
}

const startSiteDhcp = (host: Host): Promise<Running> =>
  startDnsmasq(host, { network: '10.77.0', leases: at('leases'), args: ['--bind-interfaces', '--log-dhcp'] })

async function startNetboot(host: Host, extra: 'e2e.fetch' | 'e2e.live', ...interfaces: string[]): Promise<Running> {
  const files = ['kernel', 'initrd', 'rootfs.squashfs', 'config.yaml'].map(at)
  const args = [...files, extra, ...interfaces]
  const server = host.run(process.execPath, ['--import', 'tsx', 'e2e/peers/netboot-server.ts', ...args])
  await server.line(/"ready":/)
  return server
}

const bios = ['-machine', 'pc', '-device', `virtio-net-pci,netdev=net,mac=${MAC}`, '-boot', 'n']

/** A BIOS whose PXE ROM does not say that it is iPXE: what it starts has to be fetched over TFTP. */
function plainPxe(): string[] {
  writeFileSync(at('plain.ipxe'), '#!ipxe\nset user-class PXE\nautoboot\n')
  const card = ['-device', `virtio-net-pci,netdev=net,mac=${MAC},romfile=`]
  return ['-machine', 'pc', ...card, '-kernel', '/usr/lib/ipxe/ipxe.lkrn', '-initrd', at('plain.ipxe')]
}

/** OVMF with its own network stack, for PXE or for HTTP boot. */
function uefi(way: 'pxe' | 'http'): string[] {
  const variables = at(`variables-${way}.fd`)
  copyFileSync(OVMF_VARIABLES, variables)
  const off = (name: string) => ['-fw_cfg', `name=opt/org.tianocore/${name},string=n`]
  return [
    ...['-machine', 'q35', '-device', 'virtio-rng-pci'],
    ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${OVMF_CODE}`],
    ...['-drive', `if=pflash,unit=1,format=raw,file=${variables}`],
    ...['-device', `virtio-net-pci,netdev=net,mac=${MAC},romfile=,bootindex=0`],
    ...off('IPv6PXESupport'),
    ...(way === 'http' ? off('IPv4PXESupport') : []),
  ]
}

type Told<Event> = Event extends { readonly time: Date } ? Omit<Event, 'time'> : never

/** What the server told, in its order. */
function told(server: Running) {
  const lines = server.stdout
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{'))
  const all = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  const field = <T>(name: string) => all.flatMap((line) => (name in line ? [line[name] as T] : []))
  return {
    events: field<Told<NetbootEvent>>('event'),
    log: field<string>('log'),
    machines: field<readonly MachineState[]>('machines').at(-1) ?? [],
    requests: field<string>('packet').map((packet) => decodePacket(Buffer.from(packet, 'hex'))),
  }
}

/** Boots until the machine powers off, and checks what every boot promises. */
async function boot(server: Running, host: Host, args: readonly string[]) {
  const qemu = await startDiskless(host, ['-uuid', UUID, ...args])
  const timer = setTimeout(() => qemu.kill('SIGKILL'), BOOT_MS)
  const exit = await qemu.exit
  clearTimeout(timer)
  // The kernel speaks between the lines of others.
  const serial = qemu.stdout.replaceAll('\r', '').replace(/^\[ *\d+\.\d+\] .*\n/gm, '')
  const { events, log, machines, requests } = told(server)
  const context = `${log.join('\n')}\n${serial.slice(-4_000)}`
  expect(exit, context).toBe(0)
  expect(serial, context).toContain(`${CONFIG_BEGINS}\n${CONFIG}${CONFIG_ENDS}\n`)
  expect(serial).toContain(`e2e: sha256 ${rootfsSha256} live`)
  expect(serial).toMatch(
    new RegExp(
      'e2e: cmdline .*initrd=initrd-0 rd\\.live\\.overlay\\.overlayfs rd\\.neednet=1 ip=dhcp rd\\.cos\\.disable ' +
        `root=live:http://10\\.77\\.0\\.[129]:8090/a/[\\w-]{22}/other-0 netboot install-mode ` +
        `config_url=http://10\\.77\\.0\\.[129]:8090/a/[\\w-]{22}/other-1 console=tty1 console=ttyS0 console=tty0 e2e\\.`,
    ),
  )
  expect(machines).toMatchObject([
    { mac: MAC, uuid: UUID, boot: 1, address: expect.stringMatching(/^10\.77\.0\.1\d\d$/) },
  ])
  const secrets = [...serial.matchAll(/\/a\/([\w-]{22})\//g)].map(([, token]) => token)
  expect(secrets.length).toBeGreaterThan(1)
  for (const secret of [...secrets, 's3cret']) expect(log.join('\n')).not.toContain(secret)
  const steps = events.map((event) => `${event.type}${'step' in event ? ` ${event.step}` : ''}`)
  return { serial, steps, requests, log: log.map((line) => line.replace(/10\.77\.0\.1\d\d:\d+/, 'MACHINE')) }
}

const FETCHED = ['script-sent', 'kernel', 'initrd', 'config', 'rootfs']
const HTTP_LOG = [
  'HTTP: Sending ipxe boot script to MACHINE',
  'HTTP: Sent file "kernel" to MACHINE',
  'HTTP: Sent file "initrd-0" to MACHINE',
  'HTTP: Sent file "other-1" to MACHINE',
  'HTTP: Sent file "other-0" to MACHINE',
]
const OFFER = `DHCP: Offering to boot ${MAC}`

describe.skipIf(skipped)('a machine beside a DHCP server on another host', () => {
  it('boots by BIOS and an iPXE ROM into the live root file system', async () => {
    await using network = createNetwork(plan)
    await startSiteDhcp(network.hosts.site)
    const server = await startNetboot(network.hosts.us, 'e2e.live')
    const { serial, steps, log } = await boot(server, network.hosts.machine, bios)
    expect(serial).toContain('e2e: switching root\ne2e: live root made by writeSquashfs\n')
    expect(steps).toEqual(['seen', 'offered script', ...FETCHED])
    expect(log).toEqual([OFFER, ...HTTP_LOG])
  })

  it('boots by BIOS and a PXE ROM that is not iPXE, with undionly.kpxe over TFTP', async () => {
    await using network = createNetwork(plan)
    await startSiteDhcp(network.hosts.site)
    const server = await startNetboot(network.hosts.us, 'e2e.fetch')
    const { steps, log } = await boot(server, network.hosts.machine, plainPxe())
    expect(steps).toEqual(['seen', 'offered firmware', 'firmware-sent', 'offered script', ...FETCHED])
    expect(log).toEqual([OFFER, `TFTP: Sent "undionly.kpxe" to MACHINE`, OFFER, ...HTTP_LOG])
  })

  it('boots by UEFI PXE: offer, PXE port, iPXE over TFTP, offer, script; also from an address that is not our first', async () => {
    await using network = createNetwork(plan)
    const { site, us, machine } = network.hosts
    await startSiteDhcp(site)
    expect(await us.run('ip', ['addr', 'add', `${ALSO_US}/24`, 'dev', 'lan']).exit).toBe(0)
    const server = await startNetboot(us, 'e2e.fetch', ALSO_US)
    const { serial, steps, log } = await boot(server, machine, uefi('pxe'))
    expect(serial).toContain(`config_url=http://${ALSO_US}:`)
    expect(steps).toEqual(['seen', 'offered firmware', 'firmware-sent', 'offered script', ...FETCHED])
    expect(log).toEqual([OFFER, `TFTP: Sent "ipxe.efi" to MACHINE`, OFFER, ...HTTP_LOG])
  })

  it('boots by UEFI HTTP boot: offer, iPXE over HTTP, offer, script', async () => {
    await using network = createNetwork(plan)
    await startSiteDhcp(network.hosts.site)
    const server = await startNetboot(network.hosts.us, 'e2e.fetch')
    const { steps, log } = await boot(server, network.hosts.machine, uefi('http'))
    expect(steps).toEqual(['seen', 'offered firmware', 'firmware-sent', 'offered script', ...FETCHED])
    expect(log).toEqual([OFFER, 'HTTP: Sent file "ipxe.efi" to MACHINE', OFFER, ...HTTP_LOG])
  })
})

describe.skipIf(skipped)('a DHCP server on the same host', () => {
  it('goes on leasing and renewing, and machines boot', async () => {
    await using network = createNetwork({ both: on(SITE), machine: on('10.77.0.3'), other: on('10.77.0.4') })
    const { both, machine, other } = network.hosts
    const site = await startSiteDhcp(both)
    const server = await startNetboot(both, 'e2e.fetch')
    expect(told(server).log[0]).toContain('Port 67 is shared with another server on this host')
    const { steps } = await boot(server, machine, bios)
    expect(steps).toEqual(['seen', 'offered script', ...FETCHED])

    const lease = other.run('busybox', ['udhcpc', '-f', '-i', 'lan', '-s', '/bin/true'])
    const [, address] = await lease.line(/lease of (10\.77\.0\.\d+) obtained/)
    expect(await other.run('ip', ['addr', 'add', `${address}/24`, 'dev', 'lan']).exit).toBe(0)
    await site.line(new RegExp(`DHCPACK\\(lan\\) ${address}`))
    lease.kill('SIGUSR1')
    await lease.line(/sending renew to server 10\.77\.0\.1/)
    await site.line(new RegExp(`(DHCPACK\\(lan\\) ${address}[^]*){2}`))
    expect(lease.stderr).not.toContain('broadcasting renew')
    // It was unicast, and we have nothing to do with it.
    const strangers = told(server).requests.filter((request) => !identifyMachine(request))
    expect(strangers.filter(({ ciaddr }) => ciaddr === address).map(summary)).toEqual([])
  })
})
