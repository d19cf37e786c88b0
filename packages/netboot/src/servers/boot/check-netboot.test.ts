import { rm } from 'node:fs/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { checkNetboot } from './check-netboot.js'
import type { NetbootInit } from './netboot-init.js'
import { createNetbootServer } from './netboot-server.js'
import { artifacts, setUp } from './test-bed.js'

const own = (name: string, address: string) => ({ name, address, netmask: '255.0.0.0', internal: false })
const ports = { http: 0 }

const directories: string[] = []
afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true })
})

/** What is told by the check, and by a start, on a host with two interfaces. */
async function both(more: Partial<NetbootInit>) {
  const { host, directory } = await setUp({}, ['127.0.0.1', '127.0.0.9'])
  directories.push(directory)
  const init: NetbootInit = {
    ...{ artifacts, ports, openSocket: host.openSocket },
    ownInterfaces: () => [own('eth0', '127.0.0.1'), own('eth1', '127.0.0.9')],
    ipxe: { directory, systemDirectories: [], cacheDirectory: directory },
    ...more,
  }
  const told = (promise: Promise<{ readonly addresses: readonly string[] }>) =>
    promise.then(
      ({ addresses }) => addresses,
      (error) => error.code,
    )
  const check = await told(checkNetboot(init))
  const server = createNetbootServer(init)
  const start = await told(server.start())
  await server.stop()
  expect(host.sockets).toEqual([])
  return { check, start }
}

describe('the check', () => {
  it.each<[string, Partial<NetbootInit>, string | string[]]>([
    ['an interface that does not exist', { interfaces: ['nonsense'] }, 'argument/invalid'],
    ['a strange address to listen on', { listenAddress: '192.0.2.1' }, 'argument/invalid'],
    [
      'one that does not exist, whatever is advertised',
      { interfaces: ['x'], advertise: '10.9.9.9' },
      'argument/invalid',
    ],
    ['no interface', { ownInterfaces: () => [] }, 'network/start-failed'],
    ['an address to listen on', { listenAddress: '127.0.0.9' }, ['127.0.0.9']],
    ['all addresses to listen on', { listenAddress: '0.0.0.0' }, ['127.0.0.1', '127.0.0.9']],
    ['an interface', { interfaces: ['eth1'] }, ['127.0.0.9']],
    ['an advertised address', { advertise: '10.9.9.9' }, ['10.9.9.9']],
    ['nothing', {}, ['127.0.0.1', '127.0.0.9']],
  ])('says of %s what a start says', async (_what, init, expected) => {
    expect(await both(init)).toEqual({ check: expected, start: expected })
  })
})
