import { KairosError } from '@kairos-sdk/core'
import { LIMITED_BROADCAST_ADDRESS, UNSPECIFIED_ADDRESS } from '../../dhcp/options/ipv4-address.js'
import type { Finding, FindingLevel } from '../finding.js'
import type { DoctorProbes, PortOwner } from '../probes.js'

/** Ports that the parts of netboot open. */
export interface DoctorPorts {
  /** Default 67. */
  readonly dhcp: number
  /** Default 4011. */
  readonly pxe: number
  /** Default 69. */
  readonly tftp: number
  /** Kernel, initrd and the like. Default 8090. */
  readonly http: number
  /** Where images made here are offered for download. Default 8080. */
  readonly files: number
  /** Where machines get answers of DHCP servers, to hear who there is. Default 68. */
  readonly client: number
}

export const DEFAULT_DOCTOR_PORTS: DoctorPorts = {
  ...{ dhcp: 67, pxe: 4011, tftp: 69, http: 8090, files: 8080, client: 68 },
}

interface Port {
  readonly protocol: 'udp' | 'tcp'
  readonly port: number
  /** What it is for. */
  readonly purpose: string
  /** What it means when we cannot have it. */
  readonly level: FindingLevel
  readonly option: string | undefined
}

type PortProbes = Pick<DoctorProbes, 'openSocket' | 'tryTcpPort' | 'portOwners' | 'readText' | 'platform'>

/** Tries whether the ports can be opened. They are closed again at once. */
export async function checkPorts(probes: PortProbes, ports: DoctorPorts): Promise<Finding[]> {
  const wanted: Port[] = [
    { ...{ protocol: 'udp', port: ports.dhcp, purpose: 'DHCP' }, level: 'problem', option: undefined },
    { ...{ protocol: 'udp', port: ports.pxe, purpose: 'PXE' }, level: 'problem', option: undefined },
    { ...{ protocol: 'udp', port: ports.tftp, purpose: 'TFTP' }, level: 'problem', option: undefined },
    { ...{ protocol: 'tcp', port: ports.http, purpose: 'HTTP' }, level: 'problem', option: '--port' },
    { protocol: 'tcp', port: ports.files, purpose: 'downloads of images', level: 'warning', option: undefined },
  ]
  const findings: Finding[] = []
  for (const port of wanted) {
    findings.push(port.purpose === 'DHCP' ? await checkDhcpPort(probes, port) : await checkPort(probes, port))
  }
  return findings
}

/** The DHCP port may be shared with a server on this host that is willing. */
async function checkDhcpPort(probes: PortProbes, port: Port): Promise<Finding> {
  const found = await checkPort(probes, port)
  if (found.level === 'ok' || found.details?.state !== 'taken') return found
  const owners = await probes.portOwners('udp', port.port)
  const shared = await opens(probes, port, LIMITED_BROADCAST_ADDRESS, true)
  if (shared === undefined) {
    return {
      ...{ check: 'port', level: 'ok', details: { ...found.details, state: 'shared' } },
      found: `UDP port ${port.port} (DHCP) is shared with ${namesOf(owners)} on this machine.`,
    }
  }
  const dnsmasq = owners.length === 0 || owners.some(({ name }) => name === 'dnsmasq')
  return {
    ...found,
    advice: dnsmasq
      ? 'dnsmasq shares the port when its config says bind-interfaces or bind-dynamic; then restart it. Other servers have to be stopped, or netboot run on another host.'
      : `Stop ${namesOf(owners)}, or run netboot on another host of the same network.`,
  }
}

async function checkPort(probes: PortProbes, wanted: Port): Promise<Finding> {
  const { protocol, port, purpose, level, option } = wanted
  const name = `${protocol.toUpperCase()} port ${port} (${purpose})`
  const error = await opens(probes, wanted, UNSPECIFIED_ADDRESS, false)
  const details = { protocol, port, purpose }
  if (error === undefined) {
    return {
      check: 'port',
      level: 'ok',
      found: `${name} is free and permitted.`,
      details: { ...details, state: 'free' },
    }
  }
  if (error.code === 'network/address-in-use') {
    const owners = await probes.portOwners(protocol, port)
    return {
      ...{ check: 'port', level, details: { ...details, state: 'taken', owners } },
      found: `${name} is taken by ${namesOf(owners)}.`,
      advice: option
        ? `Stop that program, or choose another port with ${option}.`
        : `Stop that program${purpose === 'PXE' || purpose === 'TFTP' ? ', or run netboot on another host' : ''}.`,
    }
  }
  if (error.code === 'input/not-permitted') {
    return {
      ...{ check: 'port', level, details: { ...details, state: 'not-permitted' } },
      found: `${name} is not permitted to this user.`,
      advice: await howToGetTheRight(probes),
    }
  }
  return {
    ...{ check: 'port', level, details: { ...details, state: 'failed' } },
    found: `${name} cannot be opened. ${error.message}`,
    ...(error.hint !== undefined && { advice: error.hint }),
  }
}

/** @returns what is in the way */
async function opens(
  { openSocket, tryTcpPort }: PortProbes,
  { protocol, port }: Port,
  address: string,
  reuse: boolean,
): Promise<KairosError | undefined> {
  try {
    if (protocol === 'tcp') await tryTcpPort(address, port)
    else (await openSocket({ address, port, reuse, onMessage() {}, onError() {} })).close()
    return undefined
  } catch (error) {
    if (KairosError.is(error)) return error
    throw error
  }
}

/** How a person without root gets ports below 1024. */
export async function howToGetTheRight({
  platform,
  readText,
}: Pick<DoctorProbes, 'platform' | 'readText'>): Promise<string> {
  if (platform !== 'linux') return 'Run it with sudo.'
  const first = (await readText('/proc/sys/net/ipv4/ip_unprivileged_port_start'))?.trim() ?? '1024'
  return [
    'Give it to Node.js: sudo setcap cap_net_bind_service=+ep "$(readlink -f "$(which node)")"',
    '(from then on every program that this node runs, for every user, may open such ports; taken back with setcap -r)',
    `or to everybody: sudo sysctl net.ipv4.ip_unprivileged_port_start=67 (until the next start; it is ${first} now)`,
    'or run it with sudo.',
  ].join('\n')
}

function namesOf(owners: readonly PortOwner[]): string {
  if (owners.length === 0) return 'another program (root can see which: sudo auroraboot doctor, or sudo ss -lunpt)'
  return owners.map(({ name, pid }) => `${name || 'a program'} (process ${pid})`).join(', ')
}
