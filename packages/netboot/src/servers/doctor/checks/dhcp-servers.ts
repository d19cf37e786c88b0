import { KairosError } from '@kairos-sdk/core'
import { type OwnInterface, selectInterfaces } from '../../dhcp/own-interfaces.js'
import type { Finding } from '../finding.js'
import { type HeardOffer, hearDhcpServers } from '../hear-dhcp-servers.js'
import type { DoctorProbes } from '../probes.js'
import { type DoctorPorts, howToGetTheRight } from './ports.js'

export interface CheckDhcpOptions {
  readonly wanted: readonly string[] | undefined
  readonly ports: DoctorPorts
  readonly listenMs: number
  readonly signal: AbortSignal | undefined
}

/** Hears which DHCP servers give addresses to machines, and who else offers boot files. */
export async function checkDhcpServers(probes: DoctorProbes, options: CheckDhcpOptions): Promise<Finding[]> {
  const { wanted, ports, listenMs, signal } = options
  const own = probes.ownInterfaces()
  const interfaces = selectInterfaces(own, wanted)
  if (interfaces.length === 0) return []
  try {
    const { openSocket, clock } = probes
    const asked = { server: ports.dhcp, client: ports.client }
    const offers = await hearDhcpServers({ interfaces, listenMs, openSocket, clock, ports: asked, signal })
    return [...leasers(offers, listenMs), ...booters(offers, own)]
  } catch (error) {
    if (!KairosError.is(error) || error.code === 'aborted') throw error
    const permitted = error.code !== 'input/not-permitted'
    return [
      {
        ...{ check: 'dhcp-servers', level: 'warning', details: { offers: null } },
        found: permitted
          ? `DHCP servers could not be asked. ${error.message}`
          : `DHCP servers could not be asked: UDP port ${ports.client} is not permitted to this user.`,
        advice: permitted ? (error.hint ?? 'Run it again.') : await howToGetTheRight(probes),
      },
    ]
  }
}

function leasers(offers: readonly HeardOffer[], listenMs: number): Finding[] {
  const servers = offers.filter(({ offeredAddress }) => offeredAddress !== undefined)
  if (servers.length === 0) {
    return [
      {
        ...{ check: 'dhcp-servers', level: 'warning', details: { offers: [] } },
        found: `No DHCP server answered within ${listenMs / 1_000} s: machines would get no address, and not boot.`,
        advice: 'Netboot needs a DHCP server beside it. Is there one on this network, and is this the right interface?',
      },
    ]
  }
  const findings: Finding[] = servers.map((offer) => ({
    ...{ check: 'dhcp-servers', level: 'ok', details: { ...offer } },
    found: `DHCP server ${offer.server}${onInterface(offer)} offers ${networkOf(offer)}, ${routersOf(offer)}.`,
  }))
  const several = new Set(servers.map((offer) => offer.interface)).size < servers.length
  if (!several) return findings
  return [
    ...findings,
    {
      ...{ check: 'dhcp-servers', level: 'warning' },
      found: 'Several DHCP servers answer on one network, and machines take any of them.',
      advice: 'Is that meant? If their addresses do not fit each other, switch one off.',
    },
  ]
}

function booters(offers: readonly HeardOffer[], own: readonly OwnInterface[]): Finding[] {
  const others = offers.filter(({ pxe, bootFile, offeredAddress }) => {
    return offeredAddress === undefined || bootFile !== undefined || pxe
  })
  if (others.length === 0) {
    return [{ check: 'boot-servers', level: 'ok', found: 'Nobody else offers machines something to boot.' }]
  }
  return others.map((offer) => {
    const ours = own.some(({ address }) => address === offer.server)
    const file = offer.bootFile === undefined ? '' : `: ${JSON.stringify(offer.bootFile)}`
    const who = offer.offeredAddress === undefined ? 'A proxyDHCP server' : 'The DHCP server'
    return {
      ...{ check: 'boot-servers', level: 'warning', details: { ...offer } },
      found: `${who} at ${offer.server}${onInterface(offer)}${ours ? ', this machine,' : ''} offers machines something to boot${file}.`,
      advice: ours
        ? 'Is auroraboot running already, or dnsmasq with pxe-service? Only one of them should.'
        : 'Machines may boot that instead. Take its boot options away while you netboot, or deny it these machines.',
    } as const
  })
}

function onInterface(offer: HeardOffer): string {
  return offer.interface === undefined ? '' : ` on ${offer.interface}`
}

function networkOf({ offeredAddress = '', netmask }: HeardOffer): string {
  const bits = netmask?.split('.').reduce((sum, part) => sum + Number(part).toString(2).replaceAll('0', '').length, 0)
  return bits === undefined ? offeredAddress : `${offeredAddress}/${bits}`
}

function routersOf({ routers }: HeardOffer): string {
  return routers.length === 0 ? 'no router' : `router ${routers.join(', ')}`
}
