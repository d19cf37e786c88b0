import { KairosError } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import { fakeNetwork } from '../fake-network.js'
import { examineHost } from './examine-host.js'
import { fakeProbes, notPermitted } from './fake-probes.js'
import type { CheckName, Finding } from './finding.js'
import type { DoctorProbes } from './probes.js'

async function examine(
  changes: Parameters<typeof fakeProbes>[0],
  options: Omit<NonNullable<Parameters<typeof examineHost>[0]>, 'probes'> = {},
) {
  const report = await examineHost({ listenMs: 0, stateDirectory: '/state', ...options, probes: fakeProbes(changes) })
  const of = (check: CheckName): readonly Finding[] => report.findings.filter((finding) => finding.check === check)
  return { ...report, of }
}

const taken = (port: number): DoctorProbes['tryTcpPort'] => {
  return async (_address, tried) => {
    if (tried === port) throw new KairosError('network/address-in-use', 'Cannot open it: the address is in use.')
  }
}

describe('examineHost', () => {
  it('finds a machine ready when nothing stands in the way, and tells each finding as it comes', async () => {
    const told: Finding[] = []
    const { ready, findings } = await examine({}, { onFinding: (finding) => told.push(finding) })
    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([])
    expect(ready).toBe(true)
    expect(told).toEqual(findings)
  })

  it('leaves no port open', async () => {
    const host = fakeNetwork().host('10.0.0.2')
    await examine({ host })
    expect(host.sockets).toEqual([])
  })

  it('says which Node.js is needed', async () => {
    const { ready, of } = await examine({ nodeVersion: '22.18.0' })
    expect(ready).toBe(false)
    expect(of('node')[0]?.found).toBe('Node.js 22.18.0; 22.19 or newer is needed.')
    expect((await examine({ nodeVersion: '22.19.0' })).ready).toBe(true)
  })

  describe('of interfaces', () => {
    const eth0 = { name: 'eth0', address: '10.0.0.2', netmask: '255.255.255.0', internal: false }
    const docker = { name: 'docker0', address: '172.17.0.1', netmask: '255.255.0.0', internal: false }
    const lo = { name: 'lo', address: '127.0.0.1', netmask: '255.0.0.0', internal: true }

    it('proposes the one that is no bridge of a container engine, where there are several', async () => {
      const { of, ready } = await examine({ ownInterfaces: () => [lo, docker, eth0] })
      const [served, choice] = of('interfaces')
      expect(served?.found).toBe('Would serve docker0 (172.17.0.1), eth0 (10.0.0.2).')
      expect(choice).toMatchObject({ level: 'warning', advice: expect.stringContaining('--interface eth0') })
      expect(ready).toBe(true)
    })

    it('is content when one was chosen, and says what there is when it does not exist', async () => {
      const ownInterfaces = () => [lo, docker, eth0]
      const chosen = await examine({ ownInterfaces }, { interfaces: ['10.0.0.2'] })
      expect(chosen.of('interfaces').map(({ found }) => found)).toEqual(['Would serve eth0 (10.0.0.2).'])
      const wrong = await examine({ ownInterfaces }, { interfaces: ['eth1'] })
      expect(wrong.ready).toBe(false)
      expect(wrong.of('interfaces')).toMatchObject([
        { level: 'problem', advice: 'There are: lo (127.0.0.1), docker0 (172.17.0.1), eth0 (10.0.0.2).' },
      ])
    })

    it('sees that there is no network', async () => {
      const { of } = await examine({ ownInterfaces: () => [lo] })
      expect(of('interfaces')).toMatchObject([{ level: 'problem' }])
    })
  })

  describe('of ports', () => {
    it('names the program that has one, and how to choose another', async () => {
      const { ready, of } = await examine({
        tryTcpPort: taken(8090),
        portOwners: async () => [{ pid: 7, name: 'nginx' }],
      })
      expect(ready).toBe(false)
      expect(of('port')[3]).toMatchObject({
        level: 'problem',
        found: 'TCP port 8090 (HTTP) is taken by nginx (process 7).',
        advice: 'Stop that program, or choose another port with --port.',
        details: { state: 'taken', owners: [{ pid: 7, name: 'nginx' }] },
      })
    })

    it('only warns of the port for downloads, without which machines boot', async () => {
      const { ready, of } = await examine({ tryTcpPort: taken(8080) })
      expect(of('port')[4]).toMatchObject({ level: 'warning', found: expect.stringContaining('another program') })
      expect(ready).toBe(true)
    })

    it('shares the DHCP port with a server that is willing', async () => {
      const host = fakeNetwork().host('10.0.0.2')
      await host.openSocket({ address: '10.0.0.2', port: 67, reuse: true, onMessage() {}, onError() {} })
      const { ready, of } = await examine({ host, portOwners: async () => [{ pid: 9, name: 'dnsmasq' }] })
      expect(ready).toBe(true)
      expect(of('port')[0]).toMatchObject({
        level: 'ok',
        found: 'UDP port 67 (DHCP) is shared with dnsmasq (process 9) on this machine.',
      })
    })

    it('says what makes dnsmasq share, and to stop any other', async () => {
      const host = fakeNetwork().host('10.0.0.2')
      await host.openSocket({ address: '0.0.0.0', port: 67, onMessage() {}, onError() {} })
      const dnsmasq = await examine({ host, portOwners: async () => [{ pid: 9, name: 'dnsmasq' }] })
      expect(dnsmasq.ready).toBe(false)
      expect(dnsmasq.of('port')[0]?.advice).toContain('bind-interfaces or bind-dynamic')
      const other = await examine({ host, portOwners: async () => [{ pid: 9, name: 'kea-dhcp4' }] })
      expect(other.of('port')[0]?.advice).toMatch(/^Stop kea-dhcp4 \(process 9\)/)
    })

    it('says how to get the right without being root', async () => {
      const { ready, of } = await examine({
        openSocket: async ({ port }) => Promise.reject(notPermitted(port)),
        readText: async (path) => (path.endsWith('ip_unprivileged_port_start') ? '1024\n' : undefined),
      })
      expect(ready).toBe(false)
      const advice = of('port')[0]?.advice
      expect(advice).toContain('setcap cap_net_bind_service=+ep')
      expect(advice).toContain('ip_unprivileged_port_start=67')
      expect(advice).toContain('it is 1024 now')
    })
  })

  describe('of boot files', () => {
    it('warns of machines that cannot boot, with what to install', async () => {
      const { ready, of } = await examine({
        findIpxe: async (build) => (build === 'efi-arm64' ? undefined : fakeProbes().findIpxe(build, undefined)),
      })
      expect(ready).toBe(true)
      const missing = of('ipxe').filter(({ level }) => level !== 'ok')
      expect(missing).toMatchObject([{ level: 'warning', found: expect.stringContaining('arm64 UEFI') }])
      expect(missing[0]?.advice).toContain('apt install')
    })

    it('lists the builds of all architectures, and does not warn of those that hardly anybody needs', async () => {
      const common = ['bios-undi', 'efi-x64', 'efi-arm64']
      const { of } = await examine({
        findIpxe: async (build) => (common.includes(build) ? fakeProbes().findIpxe(build, undefined) : undefined),
      })
      expect(of('ipxe').map(({ details }) => details?.build)).toEqual([...common, 'efi-ia32', 'efi-riscv64'])
      expect(of('ipxe').slice(3)).toMatchObject([
        { level: 'ok', found: 'No iPXE for 32-bit x86 UEFI machines, which are rare.' },
        { level: 'ok', advice: expect.stringContaining('apt install ipxe (Debian 13 or newer)') },
      ])
    })

    it('is not ready without any iPXE', async () => {
      expect((await examine({ findIpxe: async () => undefined })).ready).toBe(false)
    })

    it('warns of a missing GRUB, which only images need', async () => {
      const { ready, of } = await examine({ findGrub: async () => undefined })
      expect(of('grub')).toMatchObject([{ level: 'warning', found: expect.stringContaining('No GRUB was found') }])
      expect(ready).toBe(true)
    })
  })

  it('tells which container engine may be used', async () => {
    const { of } = await examine({
      access: async (path) =>
        path.includes('docker') ? 'denied' : path.startsWith('/run/podman') ? 'usable' : 'missing',
    })
    const levels = of('container-engine').map(({ level, details }) => [level, details?.path])
    expect(levels).toContainEqual(['warning', '/var/run/docker.sock'])
    expect(levels).toContainEqual(['ok', '/run/podman/podman.sock'])
  })

  it.each<[string, Partial<DoctorProbes>, RegExp]>([
    [
      'ufw',
      { readText: async (path) => (path === '/etc/ufw/ufw.conf' ? 'ENABLED=yes\n' : undefined) },
      /ufw allow 67,69,4011\/udp/,
    ],
    ['firewalld', { processNames: async () => new Set(['firewalld']) }, /--add-port=67\/udp/],
    [
      'nftables',
      {
        firewallRules: async () =>
          'table inet f {\n chain input {\n type filter hook input priority filter; policy drop;\n }\n}',
      },
      /nft list ruleset/,
    ],
  ])('warns of the firewall %s and says how to let machines in', async (name, probes, advice) => {
    const { of } = await examine(probes)
    expect(of('firewall')).toMatchObject([
      { level: 'warning', found: expect.stringContaining(name), advice: expect.stringMatching(advice) },
    ])
  })

  it('warns when a system may not fit the disk', async () => {
    const { of } = await examine({ freeBytes: async () => 1.25e9 })
    expect(of('state-directory')).toMatchObject([{ level: 'warning', found: expect.stringContaining('1.3 GB free') }])
  })

  it('looks where downloads are kept, unless it is told where', async () => {
    const looked: string[] = []
    const freeBytes: DoctorProbes['freeBytes'] = async (directory) => {
      looked.push(directory)
      return 50e9
    }
    await examine({ freeBytes }, { stateDirectory: undefined })
    await examine({ freeBytes }, { stateDirectory: '/srv/downloads' })
    expect(looked).toEqual(['/tmp/auroraboot', '/srv/downloads'])
  })

  it('warns when downloads cannot be written, also where the directory is not made yet', async () => {
    const access: DoctorProbes['access'] = async (path) => (path === '/home' ? 'denied' : 'missing')
    const { of } = await examine({ access }, { stateDirectory: '/home/nobody/.cache/kairos' })
    expect(of('state-directory')).toMatchObject([
      {
        level: 'warning',
        found: expect.stringContaining('cannot be written'),
        advice: expect.stringContaining('--state-dir'),
      },
    ])
  })

  it('stops when it is told to', async () => {
    await expect(examine({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' })
  })
})
