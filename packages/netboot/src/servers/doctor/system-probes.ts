import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, readFile, stat, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, resolve } from 'node:path'
import { promisify } from 'node:util'
import { KairosError, translateError } from '@kairos-sdk/core'
import { findGrub } from '../../media/grub/find-grub.js'
import { findIpxe } from '../../media/ipxe/find-ipxe.js'
import { monotonicClock } from '../clock.js'
import { openDatagramSocket } from '../datagram-socket.js'
import { listOwnInterfaces } from '../dhcp/own-interfaces.js'
import { findPortOwners, listProcessNames } from './port-owners.js'
import type { Access, DoctorProbes } from './probes.js'

/** How long a program that tells of the firewall may take. */
const PROGRAM_TIMEOUT_MS = 3_000

/** This machine. */
export const systemProbes: DoctorProbes = {
  nodeVersion: process.versions.node,
  platform: process.platform,
  clock: monotonicClock,
  ownInterfaces: listOwnInterfaces,
  openSocket: openDatagramSocket,
  tryTcpPort,
  portOwners: findPortOwners,
  readText: (path) => readFile(path, 'utf8').catch(() => undefined),
  access: accessOf,
  freeBytes,
  processNames: () => listProcessNames(),
  firewallRules,
  findIpxe: (build, directory) => findIpxe(build, { directory }),
  async findGrub(arch) {
    try {
      return await findGrub({ arch })
    } catch (error) {
      if (KairosError.is(error, 'grub/not-found')) return undefined
      throw error
    }
  },
}

async function tryTcpPort(address: string, port: number): Promise<void> {
  const server = createServer()
  try {
    await new Promise<void>((done, fail) => {
      server.once('error', fail)
      server.listen({ host: address, port, exclusive: true }, done)
    })
  } catch (error) {
    throw translateError(error, `Cannot open TCP port ${port} of ${address}`, 'network/start-failed')
  }
  await new Promise((done) => server.close(done))
}

async function accessOf(path: string): Promise<Access> {
  try {
    await stat(path)
  } catch {
    return 'missing'
  }
  return access(path, constants.R_OK | constants.W_OK).then(
    () => 'usable',
    () => 'denied',
  )
}

async function freeBytes(directory: string): Promise<number> {
  for (let path = resolve(directory); ; path = dirname(path)) {
    const found = await statfs(path).catch((error: unknown) => {
      const translated = translateError(error, `Cannot look at ${path}`, 'input/unreadable')
      if (translated.code === 'input/not-found' && path !== dirname(path)) return undefined
      throw translated
    })
    if (found) return found.bavail * found.bsize
  }
}

async function firewallRules(): Promise<string | undefined> {
  for (const program of ['nft', '/usr/sbin/nft']) {
    try {
      const { stdout } = await promisify(execFile)(program, ['list', 'ruleset'], { timeout: PROGRAM_TIMEOUT_MS })
      return stdout
    } catch {
      // Not installed, or not for us: then there is nothing to tell.
    }
  }
  return undefined
}
