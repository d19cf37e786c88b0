import { join } from 'node:path'
import { type OperationOptions, type ProgressEvent, throwIfAborted } from '@kairos-sdk/core'
import { DEFAULT_STATE_DIRECTORY } from '../../sources/cache/default-state-directory.js'
import { checkGrub, checkIpxe } from './checks/boot-files.js'
import { checkDhcpServers } from './checks/dhcp-servers.js'
import { checkContainerEngines, checkFirewall, checkStateDirectory } from './checks/host.js'
import { checkInterfaces } from './checks/interfaces.js'
import { checkNode } from './checks/node.js'
import { checkPorts, DEFAULT_DOCTOR_PORTS, type DoctorPorts } from './checks/ports.js'
import type { CheckName, Finding } from './finding.js'
import type { DoctorProbes } from './probes.js'
import { systemProbes } from './system-probes.js'

export interface ExamineHostOptions extends OperationOptions<ProgressEvent<CheckName>> {
  /** Names (`eth0`) or own addresses of the interfaces to serve. Default: all but loopback. */
  readonly interfaces?: readonly string[] | undefined
  readonly ports?: Partial<DoctorPorts> | undefined
  /** A directory of the user's with iPXE builds. Default: none. */
  readonly ipxeDirectory?: string | undefined
  /** Where downloads are kept. Default: {@link DEFAULT_STATE_DIRECTORY}. */
  readonly stateDirectory?: string | undefined
  /** How long to wait for DHCP servers, in milliseconds; 0 asks none. Default 6,000: some need 3,000 to offer an address. */
  readonly listenMs?: number | undefined
  /** Told of each finding when it is there. */
  readonly onFinding?: ((finding: Finding) => void) | undefined
  /** The machine to look at. Default: this one. */
  readonly probes?: Partial<DoctorProbes> | undefined
}

export interface HostReport {
  /** Whether netboot would work: no problem was found. */
  readonly ready: boolean
  /** In the order of the checks. */
  readonly findings: readonly Finding[]
}

const DEFAULT_LISTEN_MS = 6_000

interface Step {
  readonly phase: CheckName
  readonly message: string
  readonly check: () => readonly Finding[] | Promise<readonly Finding[]>
}

/**
 * Looks whether machines can be booted over the network from this one, and what stands in the way. It changes nothing,
 * leases no address and leaves no port open.
 *
 * @throws KairosError `aborted`, and what cannot be read though it is there
 */
export async function examineHost(options: ExamineHostOptions = {}): Promise<HostReport> {
  const { interfaces: wanted, ipxeDirectory, listenMs = DEFAULT_LISTEN_MS, signal, onFinding, onProgress } = options
  const probes: DoctorProbes = { ...systemProbes, ...options.probes }
  const ports: DoctorPorts = { ...DEFAULT_DOCTOR_PORTS, ...options.ports }
  const { stateDirectory = DEFAULT_STATE_DIRECTORY } = options
  const steps: readonly Step[] = [
    { phase: 'node', message: 'Looking at Node.js', check: () => checkNode(probes) },
    {
      ...{ phase: 'interfaces', message: 'Looking at the interfaces' },
      check: () => checkInterfaces(probes.ownInterfaces(), wanted),
    },
    { phase: 'port', message: 'Trying the ports', check: () => checkPorts(probes, ports) },
    {
      ...{ phase: 'dhcp-servers', message: 'Listening for DHCP servers' },
      check: () => (listenMs > 0 ? checkDhcpServers(probes, { wanted, ports, listenMs, signal }) : []),
    },
    { phase: 'firewall', message: 'Looking for a firewall', check: () => checkFirewall(probes, ports) },
    { phase: 'ipxe', message: 'Looking for iPXE', check: () => checkIpxe(probes, ipxeDirectory) },
    { phase: 'grub', message: 'Looking for GRUB', check: () => checkGrub(probes) },
    {
      ...{ phase: 'container-engine', message: 'Looking for a container engine' },
      check: () => checkContainerEngines(probes, engineSockets()),
    },
    {
      ...{ phase: 'state-directory', message: 'Looking for room' },
      check: () => checkStateDirectory(probes, stateDirectory),
    },
  ]
  const findings: Finding[] = []
  for (const { phase, message, check } of steps) {
    throwIfAborted(signal, 'Cannot look at this machine')
    onProgress?.({ phase, message })
    for (const finding of await check()) {
      findings.push(finding)
      onFinding?.(finding)
    }
  }
  return { ready: findings.every(({ level }) => level !== 'problem'), findings }
}

/** Where Docker and Podman listen. */
function engineSockets(environment: NodeJS.ProcessEnv = process.env): string[] {
  const named = /^unix:\/\/(\/.*)/.exec(environment.DOCKER_HOST ?? '')?.[1]
  const runtime = environment.XDG_RUNTIME_DIR
  const usual = ['/var/run/docker.sock', '/run/podman/podman.sock']
  const rootless = runtime ? [join(runtime, 'docker.sock'), join(runtime, 'podman/podman.sock')] : []
  return [...new Set([...(named === undefined ? [] : [named]), ...usual, ...rootless])]
}
