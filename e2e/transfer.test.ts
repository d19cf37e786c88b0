import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../fuzz/mutate.js'
import { startForwardProxy } from './forward-proxy.js'
import { type ReleaseServer, startReleaseServer } from './release-server.js'
import { temporaryDirectory } from './temporary.js'

const PROGRAM = new URL('peers/download.ts', import.meta.url).pathname
const RELEASE = { repository: 'kairos-io/kairos', release: 'v3.7.2', name: 'kairos-x-1-core-amd64-generic-v3.7.2.iso' }
const ISO_PATH = `/${RELEASE.repository}/releases/download/${RELEASE.release}/${RELEASE.name}`

/** 12 MB that no two parts of are equal. */
function image(): Uint8Array {
  const content = new Uint32Array(3_000_000)
  for (let at = 0; at < content.length; at++) content[at] = Math.imul(at, 2654435761)
  return new Uint8Array(content.buffer)
}

let server: ReleaseServer
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
const children = new Set<ChildProcess>()
beforeEach(async () => {
  server = await startReleaseServer()
  directory = await temporaryDirectory()
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await server.stop()
  await directory.remove()
})

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)))
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, ...args], {
    env: { ...own, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.add(child)
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  const ended = new Promise<{ signal: NodeJS.Signals | null; output: string }>((resolve) => {
    child.on('close', (_, signal) => {
      children.delete(child)
      resolve({ signal, output })
    })
  })
  return { child, ended }
}

const fetchIso = (env?: NodeJS.ProcessEnv) => start(['release', server.url, RELEASE.release, 'x', directory.path], env)
const digest = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')

/** Every file under the name of its content is complete. */
async function checkCache(): Promise<string[]> {
  const blobs = join(directory.path, 'cache/sha256')
  const names = await readdir(blobs).catch(() => [])
  for (const name of names) expect(digest(await readFile(join(blobs, name)))).toBe(name)
  return names
}

describe('a download', () => {
  it('is killed at any moment: nothing half has a final name, and the next one goes on and finishes', async () => {
    const content = image()
    const sha256 = server.publish({ ...RELEASE, content })
    const random = seededRandom(20261121)
    for (let kill = 0; kill < 5; kill++) {
      const { child, ended } = fetchIso()
      // Anywhere in the rest of the file, and once behind its end: while it is put into its place.
      const after = kill === 4 ? content.length : Math.floor(random() * 3_000_000)
      let sent = 0
      server.beforePiece = (_, path) => {
        if (path !== ISO_PATH) return
        sent += 64 * 1024
        if (sent >= after) child.kill('SIGKILL')
      }
      await ended
      await checkCache()
    }
    server.beforePiece = undefined
    const { output } = await fetchIso().ended
    const { path } = JSON.parse(output)
    expect(digest(await readFile(path))).toBe(sha256)
    expect(await readdir(join(directory.path, 'cache/incoming'))).toEqual([])
    const resumed = server.requests.filter(({ path, headers }) => path === ISO_PATH && headers.range !== undefined)
    expect(resumed.length).toBeGreaterThan(0)
  })

  it('is done once when two processes want it at the same time', async () => {
    const content = image()
    server.publish({ ...RELEASE, content })
    const both = await Promise.all([fetchIso().ended, fetchIso().ended])
    const paths = both.map(({ output }) => JSON.parse(output).path)
    expect(paths[0]).toBe(paths[1])
    expect(await readFile(paths[0])).toEqual(Buffer.from(content))
    expect(server.requests.filter(({ path }) => path === ISO_PATH)).toHaveLength(1)
  })

  it('goes on in another process when the first is killed while both want it', async () => {
    const content = image()
    server.publish({ ...RELEASE, content })
    const first = fetchIso()
    let second: ReturnType<typeof fetchIso> | undefined
    server.beforePiece = (sent, path) => {
      if (path !== ISO_PATH || sent < 4_000_000 || second) return
      second = fetchIso()
      first.child.kill('SIGKILL')
    }
    expect((await first.ended).signal).toBe('SIGKILL')
    const { path } = JSON.parse((await second?.ended)?.output ?? '')
    expect(await readFile(path)).toEqual(Buffer.from(content))
  })

  it('goes through the proxy that the environment names, but not to hosts that it excepts', async () => {
    server.publish({ ...RELEASE, content: image() })
    const proxy = await startForwardProxy()
    await fetchIso({ http_proxy: proxy.url, no_proxy: '127.0.0.1' }).ended
    expect(proxy.asked).toEqual([])
    await directory.remove()
    const { output } = await fetchIso({ HTTP_PROXY: proxy.url }).ended
    expect(JSON.parse(output).origin).toBe('downloaded')
    expect(proxy.asked.length).toBeGreaterThanOrEqual(1)
    await proxy.stop()
  })

  it('survives a server that cuts, refuses and is replaced while it answers', async () => {
    const content = image()
    const other = image().reverse()
    server.publish({ ...RELEASE, content })
    server.files.set('/plain', { content, etag: '"1"' })
    server.faults.push(
      { cutAfter: 5_000_000 },
      { status: 503, headers: { 'retry-after': '0' } },
      { cutAfter: 2_000_000 },
    )
    server.beforePiece = (_, path) => {
      if (server.faults.length === 0) server.files.set(path, { content: other, etag: '"2"' })
    }
    const path = join(directory.path, 'plain')
    await start(['file', `${server.url}/plain`, path]).ended
    expect(await readFile(path)).toEqual(Buffer.from(other))
  })
})
