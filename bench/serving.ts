import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { fileSource, memorySource, writeImage } from '@kairos-sdk/netboot'
import { authorIso } from '@kairos-sdk/netboot/iso'
import { type BenchResult, median } from './result.ts'

/** `KAIROS_BENCH_SECONDS=600 npm run bench serving` shows whether memory stays flat. */
const SECONDS = Number(process.env.KAIROS_BENCH_SECONDS ?? 10)
const ROOTFS_BYTES = 300e6
const MACHINES = 200
const CLIENTS = 16
const SAMPLES = 10
const MIB = 2 ** 20
const RELEASE = 'v3.7.2'
const NAME = `kairos-ubuntu-24.04-core-amd64-generic-${RELEASE}`

/** The ISO server of a run under load: downloads of images of machines and of the ISO, parts of them, clients that leave. */
export async function bench(): Promise<BenchResult> {
  const directory = await mkdtemp(join(tmpdir(), 'kairos-bench-serving-'))
  const releases = await startReleases(directory)
  const server = await startServing(directory, releases.url)
  try {
    const cold = await firstBytes(server.url)
    const warm = await firstBytes(server.url)
    const rows: (string | number)[][] = [
      [`first byte of the image of a machine, ms (median of ${MACHINES})`, median(cold), '', ''],
      ['the slowest', Math.max(...cold), '', ''],
      ['when it was asked for before, ms (median)', median(warm), ...(await server.memory())],
      ...(await load(server)),
    ]
    return {
      title: `The ISO server under load (${CLIENTS} clients)`,
      // How much it keeps of short-lived objects before it looks at them is V8's decision, between 3 and 100 MiB.
      columns: ['what', 'figure', 'resident MiB', "without V8's young generation"],
      rows,
    }
  } finally {
    await server.stop()
    releases.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

type Server = Awaited<ReturnType<typeof startServing>>

async function load(server: Server): Promise<(string | number)[][]> {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })
  const rows: (string | number)[][] = []
  const end = performance.now() + SECONDS * 1_000
  let bytes = 0
  let requests = 0
  const client = async (number: number) => {
    for (let round = number; performance.now() < end; round += CLIENTS) {
      const path = round % 4 === 0 ? '/kairos.iso' : `/machines/node-${round % MACHINES}.iso`
      const start = Math.floor(Math.random() * ROOTFS_BYTES * 0.9)
      const range = round % 2 === 0 ? undefined : `bytes=${start}-${start + 20e6}`
      // Every tenth leaves in the middle.
      const most = round % 10 === 3 ? 1e6 : Number.POSITIVE_INFINITY
      await download(server.url + path, agent, range, most, (count) => {
        bytes += count
      })
      requests++
    }
  }
  const clients = Array.from({ length: CLIENTS }, (_, number) => client(number))
  for (let sample = 1; sample <= SAMPLES; sample++) {
    const [beforeBytes, beforeMs] = [bytes, performance.now()]
    await setTimeout((SECONDS * 1_000) / SAMPLES)
    const rate = (bytes - beforeBytes) / MIB / ((performance.now() - beforeMs) / 1_000)
    const at = Math.round((SECONDS * sample) / SAMPLES)
    rows.push([`MiB/s, after ${at} s`, rate, ...(await server.memory())])
  }
  await Promise.all(clients)
  agent.destroy()
  return [...rows, ['downloads and parts of them', requests, '', ''], ['GiB sent', bytes / 2 ** 30, '', '']]
}

async function download(
  url: string,
  agent: Agent,
  range: string | undefined,
  most: number,
  onBytes: (count: number) => void,
): Promise<void> {
  const request = get(url, { agent, headers: range === undefined ? {} : { range } })
  const [response] = await once(request, 'response')
  let count = 0
  for await (const chunk of response) {
    count += chunk.length
    onBytes(chunk.length)
    if (count > most) break
  }
}

/** Milliseconds from the request to the first byte, for each machine. */
async function firstBytes(url: string): Promise<number[]> {
  const figures: number[] = []
  for (let number = 0; number < MACHINES; number++) {
    const startedMs = performance.now()
    const [response] = await once(get(`${url}/machines/node-${number}.iso`, { agent: false }), 'response')
    await once(response, 'readable')
    figures.push(performance.now() - startedMs)
    response.destroy()
  }
  return figures
}

async function startServing(directory: string, releases: string) {
  const machines = join(directory, 'machines.csv')
  await writeFile(machines, `name\n${Array.from({ length: MACHINES }, (_, number) => `node-${number}`).join('\n')}\n`)
  const configuration = {
    ...{ release_version: RELEASE, flavor: 'ubuntu', flavor_release: '24.04', release_server: releases, machines },
    ...{ state_dir: join(directory, 'state'), listen_addr: '127.0.0.1:0', disable_netboot: true },
    cloud_config: '#cloud-config\nhostname: "[[ .name ]]"\n',
  }
  const script = fileURLToPath(new URL('serving-server.ts', import.meta.url))
  const child = spawn(process.execPath, [script, JSON.stringify(configuration)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const lines = createInterface(child.stdout)
  const [line] = await once(lines, 'line')
  const { urls } = JSON.parse(line) as { urls: string[] }
  return {
    url: urls[0] ?? '',
    /** MiB: resident, and without V8's young generation. */
    async memory(): Promise<[number, number]> {
      child.stdin.write('\n')
      const [answer] = await once(lines, 'line')
      const { residentBytes, youngBytes } = JSON.parse(answer) as { residentBytes: number; youngBytes: number }
      return [residentBytes / MIB, (residentBytes - youngBytes) / MIB]
    },
    async stop() {
      child.stdin.end()
      await ended
    },
  }
}

/** A release server with one release. */
async function startReleases(directory: string) {
  const path = join(directory, `${NAME}.iso`)
  const part = (name: string, size: number) => memorySource(name, randomBytes(size))
  const entries = [
    { path: '/boot/kernel', type: 'file', source: part('kernel', 10e6) },
    { path: '/boot/initrd', type: 'file', source: part('initrd', 50e6) },
    { path: '/rootfs.squashfs', type: 'file', source: part('rootfs', ROOTFS_BYTES) },
  ] as const
  await writeImage(await authorIso({ volumeLabel: 'COS_LIVE', entries }), path)
  const hash = createHash('sha256')
  const { size } = await fileSource(path)
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  const sha256 = hash.digest('hex')
  const http = createServer((request, response) => {
    if (request.url?.endsWith('.sha256')) response.end(`${sha256}  ${NAME}.iso\n`)
    else createReadStream(path).pipe(response.writeHead(200, { 'content-length': size }))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, stop: () => http.close() }
}
