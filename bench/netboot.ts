import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { measureRack } from './netboot-rack.ts'
import { downloadByTftp } from './netboot-tftp-client.ts'
import { type BenchResult, median } from './result.ts'

const MIB = 2 ** 20
const FILE_BYTES = 300e6
const IPXE = '/usr/lib/ipxe/ipxe.efi'
const TFTP_PORTS = { ours: 10069, theirs: 10169 }
const HTTP_PORTS = { ours: 18090, theirs: 18190 }
const ROUNDS = 5
/** A server that starts says so nowhere: it is tried. */
const RETRY_MS = 20
/** A build of iPXE is there in a few milliseconds: many rounds, of which the first few compile. */
const TFTP_ROUNDS = 40

type Row = (string | number)[]

/** The servers of a network boot beside tftpd-hpa, nginx and dnsmasq, on this machine's loopback and in namespaces. */
export async function bench(): Promise<BenchResult> {
  const directory = await mkdtemp(join(tmpdir(), 'kairos-bench-netboot-'))
  const stops: (() => Promise<void>)[] = []
  try {
    const file = join(directory, 'rootfs.squashfs')
    await writeRootfs(file)
    const ours = await startOurs(file, stops)
    const rows: Row[] = [...(await benchHttp(directory, ours, stops)), ...(await benchTftp(directory, stops))]
    const rack = await measureRack({ port: ours.dhcpPort, relayPort: ours.relayPort })
    rows.push(
      ['rack of 1,000 in a second: answered', rack.answered, '1,000'],
      ['rack: 50 % answered within ms', rack.p50, ''],
      ['rack: 99 % answered within ms', rack.p99, '50'],
    )
    for (const stop of stops.splice(0)) await stop()
    rows.push(...(await benchBoots()))
    return { title: 'Network boot', columns: ['what', 'figure', 'target'], rows }
  } finally {
    for (const stop of stops) await stop()
    await rm(directory, { recursive: true, force: true })
  }
}

async function writeRootfs(path: string): Promise<void> {
  const file = await open(path, 'w')
  const piece = Buffer.alloc(1e6, 'kairos')
  for (let at = 0; at < FILE_BYTES; at += piece.length) await file.write(piece)
  await file.close()
}

function stopLater(child: ChildProcess, stops: (() => Promise<void>)[]): void {
  const ended = once(child, 'exit')
  stops.push(async () => {
    child.kill('SIGTERM')
    await ended
  })
}

async function startOurs(file: string, stops: (() => Promise<void>)[]) {
  const script = fileURLToPath(new URL('netboot-server.ts', import.meta.url))
  const child = spawn(process.execPath, [script, file, IPXE, `${TFTP_PORTS.ours}`, `${HTTP_PORTS.ours}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  stopLater(child, stops)
  for await (const line of createInterface(child.stdout)) {
    return { ...(JSON.parse(line) as { url: string; dhcpPort: number; relayPort: number }), pid: child.pid ?? 0 }
  }
  throw new Error('The server ended.')
}

async function benchTftp(directory: string, stops: (() => Promise<void>)[]): Promise<Row[]> {
  const root = join(directory, 'tftp')
  await mkdir(root)
  await copyFile(IPXE, join(root, 'ipxe.efi'))
  const { size } = await stat(IPXE)
  const child = spawn('in.tftpd', ['-L', '-a', `127.0.0.1:${TFTP_PORTS.theirs}`, '-u', 'root', '-s', root], {
    stdio: 'inherit',
  })
  stopLater(child, stops)
  await tftpAnswers(TFTP_PORTS.theirs)
  const rows: Row[] = []
  for (const windowSize of [1, 16, 64]) {
    const seconds: Record<keyof typeof TFTP_PORTS, number[]> = { ours: [], theirs: [] }
    const granted = { ours: 0, theirs: 0 }
    // In turn, so that what else the machine does meets both.
    for (let round = 0; round < TFTP_ROUNDS; round++) {
      for (const side of ['theirs', 'ours'] as const) {
        const startedAt = performance.now()
        const result = await downloadByTftp({ port: TFTP_PORTS[side], name: 'ipxe.efi', blockSize: 1432, windowSize })
        seconds[side].push((performance.now() - startedAt) / 1000)
        granted[side] = result.windowSize
        if (result.bytes !== size) throw new Error(`${size} bytes expected, ${result.bytes} found.`)
      }
    }
    if (granted.ours !== windowSize) throw new Error(`A window of ${windowSize} expected, ${granted.ours} granted.`)
    const note = granted.theirs === windowSize ? '' : ` (knows no windows: ${granted.theirs})`
    rows.push([`TFTP, MiB/s, windowsize ${windowSize}`, size / MIB / median(seconds.ours), ''])
    rows.push([`  tftpd-hpa${note}`, size / MIB / median(seconds.theirs), ''])
  }
  return rows
}

async function benchHttp(
  directory: string,
  ours: { readonly url: string; readonly pid: number },
  stops: (() => Promise<void>)[],
): Promise<Row[]> {
  const config = join(directory, 'nginx.conf')
  await writeFile(
    config,
    `worker_processes auto; daemon off; pid ${directory}/nginx.pid; error_log ${directory}/nginx.log; user root;
events { worker_connections 512; }
http { access_log off; sendfile on; tcp_nopush on; client_body_temp_path ${directory}; proxy_temp_path ${directory};
  fastcgi_temp_path ${directory}; uwsgi_temp_path ${directory}; scgi_temp_path ${directory};
  server { listen 127.0.0.1:${HTTP_PORTS.theirs}; root ${directory}; } }
`,
  )
  stopLater(spawn('nginx', ['-c', config], { stdio: 'inherit' }), stops)
  await listening(HTTP_PORTS.theirs)
  const theirUrl = `http://127.0.0.1:${HTTP_PORTS.theirs}/rootfs.squashfs`
  const rows: Row[] = []
  for (const clients of [1, 8, 32]) {
    const rates: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] }
    // In turn, so that what else the machine does meets both.
    for (let round = 0; round < ROUNDS; round++) {
      rates.theirs.push(await download(theirUrl, clients))
      rates.ours.push(await download(ours.url, clients))
    }
    const [mine, other] = [median(rates.ours), median(rates.theirs)]
    rows.push([`HTTP, MiB/s, ${clients} clients`, mine, Math.round(other * 0.8)], ['  nginx', other, ''])
    rows.push(['  of its rate', mine / other, '0.8'])
  }
  const status = readFileSync(`/proc/${ours.pid}/status`, 'latin1')
  const peakKib = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN)
  rows.push(['our resident memory at most so far, MB', Math.round((peakKib * 1024) / 1e6), '150'])
  return rows
}

/** Asks until somebody answers, whatever it is. The answer comes from another port, as TFTP has it. */
async function tftpAnswers(port: number): Promise<void> {
  const socket = createSocket('udp4')
  const heard = once(socket, 'message').then(() => true)
  const ask = () => {
    socket.send(Buffer.from('\0\x01nothing\0octet\0', 'latin1'), port, '127.0.0.1')
    return Promise.race([heard, setTimeout(RETRY_MS, false)])
  }
  while (!(await ask()));
  socket.close()
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (open) return
    await setTimeout(RETRY_MS)
  }
}

/** MiB per second of all clients together. */
async function download(url: string, clients: number): Promise<number> {
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: clients }, async () => {
      const child = spawn('curl', ['-sSf', '-o', '/dev/null', url], { stdio: 'inherit' })
      const [code] = await once(child, 'exit')
      if (code !== 0) throw new Error('curl failed')
    }),
  )
  return (clients * FILE_BYTES) / MIB / ((performance.now() - startedAt) / 1000)
}

/** Machines in QEMU, in a process of its own, as the helpers of the end-to-end tests need tsx. */
async function benchBoots(): Promise<Row[]> {
  const script = fileURLToPath(new URL('netboot-boots.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (text) => {
    output += text
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error('The boots failed.')
  const { ours, theirs } = JSON.parse(output) as { ours: number[]; theirs: number[] }
  return [
    ['QEMU with iPXE ROM to the initrd, s', median(ours), Number(median(theirs).toFixed(1))],
    ['  dnsmasq and nginx', median(theirs), ''],
  ]
}
