import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { memorySource } from '../../bytes/memory-source.js'
import type { NetbootEvent } from '../../servers/boot/index.js'
import { clientSystemArchitecture } from '../../servers/dhcp/options/client-system-architecture.js'
import { MessageType, messageType } from '../../servers/dhcp/options/message-type.js'
import { option } from '../../servers/dhcp/options/option-kind.js'
import { emptyPacket, encodePacket, Op } from '../../servers/dhcp/packet.js'
import { fakeNetwork } from '../../servers/fake-network.js'
import { silentLogger } from '../../servers/logger.js'
import type { BootArtifacts } from '../../sources/boot-artifacts.js'
import { readConfiguration } from '../configuration/index.js'
import { defineStep, runSteps } from '../steps/index.js'
import type { PlanContext } from './plan-context.js'
import { netbootStep } from './server-steps.js'

const ARM64_UEFI = 11
const X86_BIOS = 0

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kairos-netboot-step-'))
  for (const name of ['undionly.kpxe', 'ipxe-arm64.efi']) await writeFile(join(directory, name), 'iPXE')
})
afterEach(() => rm(directory, { recursive: true }))

/** Compressed kernels do not say themselves what they are for. */
const artifacts: BootArtifacts = {
  kernel: memorySource('kernel', Buffer.from([0x1f, 0x8b, ...Array(100).fill(0)])),
  initrd: memorySource('initrd', 'initrd'),
  rootfs: memorySource('rootfs', 'rootfs'),
  architecture: 'arm64',
  description: 'a system',
}

it('offers the system to machines that run it only', async () => {
  const network = fakeNetwork()
  const { configuration } = await readConfiguration({ set: ['container_image=x', 'netboot_http_port=0'] })
  const netboot = {
    openSocket: network.host('10.0.0.1').openSocket,
    ownInterfaces: () => [{ name: 'eth0', address: '10.0.0.1', netmask: '255.255.255.0', internal: false }],
  }
  const options = { netboot, ipxe: { directory, systemDirectories: [], cacheDirectory: directory } }
  const context = { configuration, options, cloudConfig: undefined, machines: [] } as unknown as PlanContext
  const files = defineStep({ id: 'files', title: 'Find files', run: async () => artifacts })
  const events: NetbootEvent[] = []
  const releases: (() => Promise<void>)[] = []
  await runSteps([files, netbootStep(context, files)], {
    onDefer: (release) => void releases.push(release),
    servers: {
      ...{ logger: silentLogger, graceMs: 0, booting() {} },
      tell: (event) => void (event.of === 'netboot' && events.push(event.event)),
    },
  })
  const machine = await network.host('10.0.0.9').openSocket({
    ...{ address: '0.0.0.0', port: 68, broadcast: true, onMessage() {}, onError() {} },
  })
  for (const type of [X86_BIOS, ARM64_UEFI]) {
    const request = emptyPacket({
      ...{ op: Op.request, xid: type, flags: 0x8000, chaddr: Uint8Array.of(2, 0, 0, 0, 0, type) },
      options: new Map([option(messageType, MessageType.discover), option(clientSystemArchitecture, [type])]),
    })
    machine.send(encodePacket(request), { address: '255.255.255.255', port: 67 })
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
  }
  expect(events.map((event) => [event.type, 'reason' in event && event.reason])).toEqual([
    ['seen', false],
    ['ignored', 'architecture'],
    ['seen', false],
    ['offered', false],
  ])
  for (const release of releases) await release()
})
