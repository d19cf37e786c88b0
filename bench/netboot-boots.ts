/**
 * Times boots in QEMU from power-on to the initrd, ours beside dnsmasq and nginx, in network namespaces; for
 * bench/netboot.ts. Prints `{ "ours": [seconds], "theirs": [seconds] }`. Needs root, and tsx for the helpers of e2e/.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { bootSystem } from '../e2e/boot-medium.js'
import { biosWithIpxe, startDiskless } from '../e2e/diskless-machine.js'
import { startDnsmasq } from '../e2e/dnsmasq.js'
import { createNetwork, type Host } from '../e2e/namespaces.js'
import { bootScript } from '../packages/netboot/src/servers/boot/boot-script.js'

const ROUNDS = 3
const HTTP_PORT = 8090
const directory = mkdtempSync(join(tmpdir(), 'kairos-bench-boots-'))
const at = (name: string) => join(directory, name)

const dnsmasq = (host: Host, ...more: string[]) =>
  startDnsmasq(host, { network: '10.77.0', leases: at('leases'), args: ['--bind-interfaces', '--log-dhcp', ...more] })

async function startOurs(site: Host, us: Host): Promise<void> {
  await dnsmasq(site)
  const files = ['kernel', 'initrd', 'rootfs', 'config.yaml'].map(at)
  const server = us.run(process.execPath, ['--import', 'tsx', 'e2e/peers/netboot-server.ts', ...files])
  await server.line(/"ready":/)
}

async function startTheirs(us: Host): Promise<void> {
  const url = `http://10.77.0.2:${HTTP_PORT}`
  const initrds = [{ name: 'initrd-0', url: `${url}/initrd` }]
  writeFileSync(
    at('boot.ipxe'),
    bootScript({ kernelUrl: `${url}/kernel`, initrds, cmdline: 'console=ttyS0 console=tty0' }),
  )
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${directory};`,
  )
  writeFileSync(
    at('nginx.conf'),
    `daemon off; master_process off; pid ${at('pid')}; error_log stderr notice; user root; events {}
http { access_log off; sendfile on; ${temporary.join(' ')} server { listen ${HTTP_PORT}; root ${directory}; } }\n`,
  )
  const nginx = us.run('nginx', ['-e', 'stderr', '-c', at('nginx.conf')])
  // It says so when its port is open already.
  await nginx.line(/\[notice\].* event method/)
  await dnsmasq(us, `--dhcp-boot=${url}/boot.ipxe`)
}

/** Seconds until the initrd says that it runs. */
async function bootOnce(start: (site: Host, us: Host) => Promise<void>): Promise<number> {
  const on = (address: string) => ({ interfaces: { lan: `${address}/24` } })
  await using network = createNetwork({ site: on('10.77.0.1'), us: on('10.77.0.2'), machine: on('10.77.0.3') })
  const { site, us, machine } = network.hosts
  await start(site, us)
  const startedAt = performance.now()
  const qemu = await startDiskless(machine, biosWithIpxe('52:54:00:4b:61:70'))
  await qemu.line(/e2e: started/)
  return (performance.now() - startedAt) / 1000
}

try {
  const { kernel, initrd } = bootSystem()
  writeFileSync(at('kernel'), kernel)
  writeFileSync(at('initrd'), initrd)
  writeFileSync(at('rootfs'), 'rootfs')
  writeFileSync(at('config.yaml'), '#cloud-config\n')
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    theirs.push(await bootOnce((_site, us) => startTheirs(us)))
    ours.push(await bootOnce(startOurs))
  }
  console.log(JSON.stringify({ ours, theirs }))
} finally {
  rmSync(directory, { recursive: true, force: true })
}
