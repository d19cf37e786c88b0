import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { PortOwner } from './probes.js'

/** State of a TCP socket that waits for connections (Linux, include/net/tcp_states.h). */
const LISTENING = '0A'

/**
 * Inodes of the sockets that are bound to a port, in a table of Linux: /proc/net/udp, udp6, tcp or tcp6.
 *
 *      sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
 *       0: 00000000:0043 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 30512 …
 */
export function socketInodes(table: string, port: number, protocol: 'udp' | 'tcp'): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  return table.split('\n').flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
    if (!local?.endsWith(`:${hexPort}`) || inode === undefined) return []
    return protocol === 'udp' || state === LISTENING ? [inode] : []
  })
}

/** Finds out who has a port. Without root, only programs of the same user can be named; elsewhere than on Linux, none. */
export async function findPortOwners(
  protocol: 'udp' | 'tcp',
  port: number,
  proc = '/proc',
): Promise<readonly PortOwner[]> {
  const tables = await Promise.all(
    [protocol, `${protocol}6`].map((name) => readFile(join(proc, 'net', name), 'latin1').catch(() => '')),
  )
  const inodes = new Set(tables.flatMap((table) => socketInodes(table, port, protocol)))
  if (inodes.size === 0) return []
  const owners: PortOwner[] = []
  for (const pid of await processIds(proc)) {
    if (!(await hasSocket(join(proc, pid, 'fd'), inodes))) continue
    owners.push({ pid: Number(pid), name: await programName(proc, pid) })
  }
  return owners
}

/** Names of all programs that run. */
export async function listProcessNames(proc = '/proc'): Promise<ReadonlySet<string>> {
  const ids = await processIds(proc)
  return new Set(await Promise.all(ids.map((pid) => processName(proc, pid))))
}

async function processIds(proc: string): Promise<string[]> {
  const names = await readdir(proc).catch(() => [])
  return names.filter((name) => /^\d+$/.test(name))
}

async function processName(proc: string, pid: string): Promise<string> {
  return (await readFile(join(proc, pid, 'comm'), 'utf8').catch(() => '')).trim()
}

/** As {@link processName}, but with the script that Node.js runs: its main thread is called one or the other. */
async function programName(proc: string, pid: string): Promise<string> {
  const name = await processName(proc, pid)
  if (name !== 'node' && name !== 'MainThread') return name
  const [, ...words] = (await readFile(join(proc, pid, 'cmdline'), 'utf8').catch(() => '')).split('\0')
  const script = words.find((word) => word !== '' && !word.startsWith('-'))
  return script === undefined ? 'node' : basename(script).replace(/\.[cm]?[jt]s$/, '')
}

async function hasSocket(descriptors: string, inodes: ReadonlySet<string>): Promise<boolean> {
  // A program that ends meanwhile, or is another user's, has none that we could see.
  for (const name of await readdir(descriptors).catch(() => [])) {
    const target = await readlink(join(descriptors, name)).catch(() => '')
    if (inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? '')) return true
  }
  return false
}
