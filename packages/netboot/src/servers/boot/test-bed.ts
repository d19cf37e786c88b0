import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memorySource } from '../../bytes/memory-source.js'
import { clientMachineIdentifier } from '../dhcp/options/client-machine-identifier.js'
import { clientSystemArchitecture } from '../dhcp/options/client-system-architecture.js'
import { MessageType, messageType } from '../dhcp/options/message-type.js'
import { option, readOption } from '../dhcp/options/option-kind.js'
import { bootfileName, vendorClassIdentifier } from '../dhcp/options/text.js'
import { userClass } from '../dhcp/options/user-class.js'
import { type DhcpPacket, decodePacket, emptyPacket, encodePacket, Op } from '../dhcp/packet.js'
import { type FakeClock, fakeClock } from '../fake-clock.js'
import { fakeNetwork } from '../fake-network.js'
import { download } from '../tftp/fake-client.js'
import { encodePacket as encodeTftpPacket } from '../tftp/packet.js'
import { until } from '../tftp/test-bed.js'
import type { NetbootEvent } from './netboot-events.js'
import type { NetbootInit } from './netboot-init.js'
import { createNetbootServer } from './netboot-server.js'

export const CONFIG = '#cloud-config\nusers: [{ name: kairos, passwd: s3cret }]\n'
/** An image with the sign of a bzImage. */
export const kernelImage = (fill = 1) => {
  const bytes = Buffer.alloc(100_000, fill)
  bytes.write('HdrS', 0x202, 'latin1')
  return bytes
}

/** An image that says what it is for, as EFI programs do by the machine types of the PE format. */
export const kernelImageFor = (machineType: number) => {
  const bytes = kernelImage()
  bytes.write('MZ', 0, 'latin1')
  bytes.writeUInt32LE(0x80, 0x3c)
  bytes.write('PE\0\0', 0x80, 'latin1')
  bytes.writeUInt16LE(machineType, 0x84)
  return bytes
}

export const artifacts = {
  kernel: memorySource('kernel', kernelImage()),
  initrds: [memorySource('initrd', Buffer.alloc(50_000, 2))],
  rootfs: memorySource('rootfs.squashfs', Buffer.alloc(70_000, 3)),
}

export interface FakeMachineOptions {
  readonly mac: readonly number[]
  /** Option 93. Default 0, a BIOS. */
  readonly architecture?: number
  /** Default PXEClient. */
  readonly client?: 'PXEClient' | 'HTTPClient'
}

/**
 * A netboot server on a network in memory (its HTTP on loopback), with iPXE builds for BIOS and x64.
 *
 * @param addresses - all those of its one interface
 */
export async function setUp(init: Partial<NetbootInit> = {}, addresses: readonly string[] = ['10.0.0.1']) {
  const directory = await mkdtemp(join(tmpdir(), 'kairos-netboot-'))
  for (const file of ['undionly.kpxe', 'ipxe.efi']) await writeFile(join(directory, file), `build ${file}`)
  const clock: FakeClock = fakeClock()
  const network = fakeNetwork(clock)
  const host = network.host(...addresses)
  const log: string[] = []
  const events: NetbootEvent[] = []
  const note = (line: string) => void log.push(line)
  const server = createNetbootServer({
    artifacts,
    cloudConfig: CONFIG,
    ports: { http: 0 },
    // HTTP is real, and on this machine.
    advertise: '127.0.0.1',
    openSocket: host.openSocket,
    ownInterfaces: () =>
      addresses.map((address) => ({ name: 'eth0', address, netmask: '255.255.255.0', internal: false })),
    ipxe: { directory, systemDirectories: [], cacheDirectory: directory },
    logger: { info: note, warn: note, debug() {} },
    clock,
    ...init,
  })
  server.on((event) => events.push(event))

  /** Lets everything happen that is due, and what that leads to. */
  async function settle(): Promise<void> {
    for (let round = 0; round < 20; round++) {
      clock.advance(1)
      await new Promise(setImmediate)
    }
  }

  /** A machine that asks as firmware and iPXE do. */
  async function machine({ mac, architecture = 0, client = 'PXEClient' }: FakeMachineOptions) {
    let xid = 1
    const offers: DhcpPacket[] = []
    const { openSocket } = network.host(`10.0.0.${mac.at(-1)}`)
    const socket = await openSocket({
      ...{ address: '0.0.0.0', port: 68, broadcast: true, onError() {} },
      onMessage: (bytes) => {
        const packet = decodePacket(bytes)
        if (Buffer.from(packet.chaddr).equals(Buffer.from(mac))) offers.push(packet)
      },
    })
    /** The boot file of the offer to a DHCPDISCOVER, `undefined` without an offer. */
    async function discover(as: 'firmware' | 'iPXE'): Promise<string | undefined> {
      offers.length = 0
      const request = emptyPacket({
        op: Op.request,
        xid: xid++,
        flags: 0x8000,
        chaddr: Uint8Array.from(mac),
        options: new Map([
          option(messageType, MessageType.discover),
          option(clientSystemArchitecture, [architecture]),
          option(vendorClassIdentifier, `${client}:Arch:${String(architecture).padStart(5, '0')}:UNDI:003016`),
          option(clientMachineIdentifier, { type: 0, identifier: Uint8Array.from([...Array(10).fill(7), ...mac]) }),
          ...(as === 'iPXE' ? [option(userClass, ['iPXE'])] : []),
        ]),
      })
      socket.send(encodePacket(request), { address: '255.255.255.255', port: 67 })
      await settle()
      return offers[0] && readOption(offers[0].options, bootfileName)
    }
    const tftp = (name: string) =>
      until(clock, download({ openSocket, clock, server: { address: '10.0.0.1', port: 69 }, name }))
    /** Asks for a file as `tftp` does, and never hears of it. */
    async function tftpInVain(name: string): Promise<void> {
      const deaf = await openSocket({ address: '0.0.0.0', port: 0, onMessage() {}, onError() {} })
      const options = new Map([['tsize', '0']])
      deaf.send(encodeTftpPacket({ type: 'rrq', name, mode: 'octet', options }), { address: '10.0.0.1', port: 69 })
      await settle()
    }
    return { discover, tftp, tftpInVain }
  }
  const close = async () => {
    await server.stop()
    await rm(directory, { recursive: true })
  }
  return { server, network, host, clock, log, events, machine, settle, close, directory }
}

/** The URLs of a script: kernel and initrds, and those on the command line. */
export function urlsOf(script: string): { kernel: string; initrd: string; rootfs: string; config: string } {
  const find = (pattern: RegExp) => pattern.exec(script)?.[1] ?? ''
  return {
    kernel: find(/^kernel --name kernel (\S+)/m),
    initrd: find(/^initrd --name initrd-0 (\S+)/m),
    rootfs: find(/root=live:(\S+)/),
    config: find(/config_url=(\S+)/),
  }
}

export const fetchText = async (url: string) => (await fetch(url)).text()
