import { KairosError } from '@kairos-sdk/core'
import { memorySource } from '../../bytes/memory-source.js'
import { fakeClock } from '../fake-clock.js'
import { type FakeHost, fakeNetwork } from '../fake-network.js'
import type { DoctorProbes } from './probes.js'

/** A machine on which nothing stands in the way, for tests; `changes` put something there. */
export function fakeProbes(changes: Partial<DoctorProbes> & { readonly host?: FakeHost } = {}): DoctorProbes {
  const { host = fakeNetwork().host('10.0.0.2'), ...probes } = changes
  const image = memorySource('image', new Uint8Array(1))
  return {
    nodeVersion: '24.1.0',
    platform: 'linux',
    clock: fakeClock(),
    ownInterfaces: () => [{ name: 'eth0', address: '10.0.0.2', netmask: '255.255.255.0', internal: false }],
    openSocket: host.openSocket,
    tryTcpPort: async () => {},
    portOwners: async () => [],
    readText: async () => undefined,
    access: async () => 'missing',
    freeBytes: async () => 50e9,
    processNames: async () => new Set(),
    firewallRules: async () => undefined,
    findIpxe: async (build) => memorySource(`/usr/lib/ipxe/${build}`, new Uint8Array(1)),
    findGrub: async (arch) => ({
      arch,
      bios: { image, hybridMbr: undefined, origin: 'test' },
      uefi: { files: [], shim: false, origin: 'test' },
      warnings: [],
    }),
    ...probes,
  }
}

/** The error of a port that this user may not open. */
export function notPermitted(port: number): KairosError {
  return new KairosError('input/not-permitted', `Cannot open UDP port ${port}: permission denied.`)
}
