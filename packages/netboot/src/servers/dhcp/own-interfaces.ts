import { networkInterfaces } from 'node:os'
import { KairosError } from '@kairos-sdk/core'

/** An IPv4 address of this machine. */
export interface OwnInterface {
  /** Name of the interface: `eth0`. */
  readonly name: string
  readonly address: string
  readonly netmask: string
  /** Loopback. */
  readonly internal: boolean
}

/** All IPv4 addresses of this machine, in the system's order. */
export function listOwnInterfaces(): OwnInterface[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ family }) => family === 'IPv4')
      .map(({ address, netmask, internal }) => ({ name, address, netmask, internal })),
  )
}

/**
 * The interfaces to serve: the named ones, else all but loopback. An interface that is served has one address, its first
 * or the one that is named: a machine takes one offer from us, not one for each of our addresses.
 *
 * @param wanted - names (`eth0`) or own addresses (`192.168.68.2`)
 */
export function selectInterfaces(
  all: readonly OwnInterface[],
  wanted: readonly string[] | undefined,
): readonly OwnInterface[] {
  const candidates = wanted
    ? wanted.flatMap((entry) => all.filter(({ name, address }) => name === entry || address === entry).slice(0, 1))
    : all.filter(({ internal }) => !internal)
  const chosen = new Map<string, OwnInterface>()
  for (const candidate of candidates) if (!chosen.has(candidate.name)) chosen.set(candidate.name, candidate)
  return [...chosen.values()]
}

/**
 * Own addresses that machines are told; none when they are told one that is not ours, as behind a router that translates
 * addresses.
 *
 * @param advertise - what machines are told instead of the address of the interface
 */
export function toldAddresses(
  all: readonly OwnInterface[],
  wanted: readonly string[] | undefined,
  advertise: string | undefined,
): readonly string[] {
  if (advertise === undefined) return selectInterfaces(all, wanted).map(({ address }) => address)
  return all.some(({ address }) => address === advertise) ? [advertise] : []
}

/**
 * Those of the told addresses that an answer may not leave from when the system chooses: an interface has several, two
 * interfaces are on one network, or the one that is advertised is not the one that was asked.
 */
export function addressesToAnswerFrom(
  all: readonly OwnInterface[],
  wanted: readonly string[] | undefined,
  advertise: string | undefined,
): readonly string[] {
  const told = toldAddresses(all, wanted, advertise)
  if (advertise !== undefined) return all.filter(({ internal }) => !internal).length > 1 ? told : []
  return told.filter((address) => {
    const own = all.find((each) => each.address === address)
    return own && all.some((other) => other !== own && (other.name === own.name || isOnSubnet(other.address, own)))
  })
}

/** True when requests that came to an own address are to be answered. */
export function isServed(own: OwnInterface, wanted: readonly string[] | undefined): boolean {
  return wanted ? wanted.includes(own.name) || wanted.includes(own.address) : !own.internal
}

/**
 * Asserts that every wanted interface is there.
 *
 * @throws KairosError `argument/invalid`
 */
export function checkInterfaces(all: readonly OwnInterface[], wanted: readonly string[] | undefined): void {
  for (const entry of wanted ?? []) {
    if (all.some(({ name, address }) => name === entry || address === entry)) continue
    const found = all.map(({ name, address }) => `${name} (${address})`).join(', ') || 'none'
    throw new KairosError('argument/invalid', `An interface or address of this machine expected, "${entry}" found.`, {
      hint: `There are: ${found}.`,
    })
  }
}

/** True when an address lies in the subnet of an interface. */
export function isOnSubnet(address: string, { address: own, netmask }: OwnInterface): boolean {
  const mask = numberOf(netmask)
  return (numberOf(address) & mask) === (numberOf(own) & mask)
}

function numberOf(address: string): number {
  return address.split('.').reduce((number, part) => (number << 8) | Number(part), 0)
}
