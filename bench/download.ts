import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { pipeline } from 'node:stream'
import { transferToFile } from '@kairos-sdk/netboot/sources'
import { type BenchResult, median } from './result.ts'

const FILE_BYTES = 1e9
const RUNS = 5

async function makeFile(path: string): Promise<void> {
  const file = await open(path, 'w')
  const block = Buffer.alloc(1e6)
  for (let at = 0; at < FILE_BYTES; at += block.length) {
    block.writeUInt32LE(at / block.length, 0)
    await file.write(block)
  }
  await file.close()
}

/** A server in a process of its own, so that it takes no time from who downloads. */
async function startServer(path: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const child = spawn(process.execPath, [...process.execArgv, import.meta.filename, 'serve', path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const [port] = await new Promise<Buffer[]>((resolve, reject) => {
    child.once('error', reject)
    child.stdout.once('data', (chunk) => resolve([chunk]))
  })
  return {
    url: `http://127.0.0.1:${Number(port)}/image.iso`,
    async stop() {
      child.kill()
      await ended
    },
  }
}

async function seconds(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await run()
  return (performance.now() - startedAt) / 1000
}

function program(name: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, { stdio: ['ignore', 'ignore', 'inherit'] })
    child.on('error', reject)
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${name} failed`))))
  })
}

/** Our download, with its checksum, its record for resuming and its sync, beside curl, one after the other in turns. */
export async function bench(): Promise<BenchResult> {
  const directory = await mkdtemp(join(tmpdir(), 'kairos-bench-download-'))
  const source = join(directory, 'source')
  const target = join(directory, 'target')
  await makeFile(source)
  const server = await startServer(source)
  try {
    const contestants: Record<string, () => Promise<unknown>> = {
      'curl -o': () => program('curl', ['-s', '-S', '-o', target, server.url]),
      'curl -o, sync': () => program('sh', ['-c', `curl -s -S -o ${target} ${server.url} && sync ${target}`]),
      'curl -o, sha256sum, sync': () =>
        program('sh', ['-c', `curl -s -S -o ${target} ${server.url} && sha256sum ${target} && sync ${target}`]),
      transferToFile: () => transferToFile({ url: server.url, size: FILE_BYTES }, target),
    }
    const times = new Map<string, number[]>(Object.keys(contestants).map((name) => [name, []]))
    for (let run = 0; run < RUNS; run++) {
      for (const [name, download] of Object.entries(contestants)) {
        // The writing of the file before is not this one's.
        await program('sync', [])
        times.get(name)?.push(await seconds(download))
        if ((await stat(target)).size !== FILE_BYTES) throw new Error(`${name}: not all of the file is there`)
        await rm(target)
      }
    }
    const base = median(times.get('curl -o') ?? [])
    const rows = [...times].map(([name, figures]) => {
      const middle = median(figures)
      return [name, middle, Math.min(...figures), Math.max(...figures), FILE_BYTES / 1e6 / middle, middle / base]
    })
    const title = `Downloading ${FILE_BYTES / 1e6} MB from a server on this machine, median of ${RUNS} runs`
    return { title, columns: ['what', 'seconds', 'least', 'most', 'MB/s', 'times curl'], rows }
  } finally {
    await server.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

/** The server: serve PATH; prints its port. */
if (process.argv[1] === import.meta.filename && process.argv[2] === 'serve') {
  const path = process.argv[3] ?? ''
  const { size } = await stat(path)
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-length': size, etag: '"1"' })
    pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), response, () => undefined)
  })
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    console.log(typeof address === 'object' ? address?.port : '')
  })
}
