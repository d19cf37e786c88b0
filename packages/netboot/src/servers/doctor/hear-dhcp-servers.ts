import { randomBytes } from 'node:crypto'
import { KairosError, throwIfAborted } from '@kairos-sdk/core'
import type { Clock } from '../clock.js'
import type { DatagramSocket, OpenDatagramSocket } from '../datagram-socket.js'
import { Architecture } from '../dhcp/architecture.js'
import { clientIdentifier } from '../dhcp/options/client-identifier.js'
import { clientMachineIdentifier } from '../dhcp/options/client-machine-identifier.js'
import { clientNetworkInterface } from '../dhcp/options/client-network-interface.js'
import { clientSystemArchitecture } from '../dhcp/options/client-system-architecture.js'
import { leaseTime } from '../dhcp/options/duration.js'
import {
  LIMITED_BROADCAST_ADDRESS,
  serverIdentifier,
  subnetMask,
  UNSPECIFIED_ADDRESS,
} from '../dhcp/options/ipv4-address.js'
import { domainNameServers, routers } from '../dhcp/options/ipv4-addresses.js'
import { MessageType, messageType } from '../dhcp/options/message-type.js'
import { option, readIntactOption } from '../dhcp/options/option-kind.js'
import { parameterRequestList } from '../dhcp/options/parameter-request-list.js'
import { bootfileName, tftpServerName, vendorClassIdentifier } from '../dhcp/options/text.js'
import { vendorSpecificInformation } from '../dhcp/options/vendor-specific-information.js'
import { isOnSubnet, type OwnInterface } from '../dhcp/own-interfaces.js'
import {
  BROADCAST_FLAG,
  type DhcpPacket,
  decodePacket,
  ETHERNET,
  emptyPacket,
  encodePacket,
  Op,
} from '../dhcp/packet.js'

/** An answer of a DHCP server, or of somebody who offers boot files. */
export interface HeardOffer {
  /** Address by which the server is known: option 54, else where the packet came from. */
  readonly server: string
  /** Name of our interface, `undefined` when the server's subnet is none of ours. */
  readonly interface: string | undefined
  /** The address that it would lease; `undefined` for a proxyDHCP server, which has none to give. */
  readonly offeredAddress: string | undefined
  readonly netmask: string | undefined
  readonly routers: readonly string[]
  readonly dnsServers: readonly string[]
  readonly leaseSeconds: number | undefined
  /** Boot file that it names to machines that boot from the network. */
  readonly bootFile: string | undefined
  /** Whether it calls itself a PXE server (option 60). */
  readonly pxe: boolean
}

export interface HearDhcpOptions {
  /** Where to ask. */
  readonly interfaces: readonly OwnInterface[]
  /** How long to wait for answers. Some servers try whether the address is free, for 3 s, before they offer it. */
  readonly listenMs: number
  readonly openSocket: OpenDatagramSocket
  readonly clock: Clock
  /** Ports of DHCP servers and of clients. */
  readonly ports: { readonly server: number; readonly client: number }
  readonly signal?: AbortSignal | undefined
}

/** A packet may get lost; firmware asks again too. */
const REPEAT_AFTER_MS = 1_000
/** More answers than these are somebody's mistake or malice. */
const MAX_OFFERS = 64
const LOCALLY_ADMINISTERED = 0x02

/**
 * Hears which DHCP and boot servers there are, by a DHCPDISCOVER as a machine without and as one with PXE would send it.
 * Nothing is requested, so that no address is leased.
 *
 * @throws KairosError `input/not-permitted`, `network/address-in-use`, `network/start-failed` when the client's port cannot
 *   be opened; `aborted`
 */
export async function hearDhcpServers(options: HearDhcpOptions): Promise<HeardOffer[]> {
  const { interfaces, listenMs, openSocket, clock, ports, signal } = options
  throwIfAborted(signal, 'Cannot listen for DHCP servers')
  // Made up for this occasion, so that no server mistakes us for a machine that it knows.
  const mac = randomBytes(6)
  mac[0] = ((mac[0] ?? 0) & 0xfc) | LOCALLY_ADMINISTERED
  const xid = randomBytes(4).readUInt32BE() & 0x7fffffff
  const asks = [discover(mac, xid, false), discover(mac, xid + 1, true)].map((packet) => encodePacket(packet))
  const offers = new Map<string, HeardOffer>()
  const sockets: DatagramSocket[] = []
  const onMessage = (bytes: Uint8Array, from: { readonly address: string }) => {
    const offer = readOffer(bytes, from.address, [xid, xid + 1], interfaces)
    if (!offer || offers.size >= MAX_OFFERS) return
    const key = `${offer.server} ${offer.offeredAddress === undefined ? 'proxy' : 'dhcp'}`
    const before = offers.get(key)
    // The answer to a machine that boots says more than the one to a machine that does not.
    if (before === undefined || before.bootFile === undefined) offers.set(key, { ...before, ...offer })
  }
  try {
    // Broadcasts only, as we ask for them: unicast to this port is for the machine's own DHCP client.
    sockets.push(
      await openSocket({
        address: LIMITED_BROADCAST_ADDRESS,
        port: ports.client,
        reuse: true,
        onMessage,
        onError() {},
      }),
    )
    const senders: DatagramSocket[] = []
    const to = { address: LIMITED_BROADCAST_ADDRESS, port: ports.server }
    for (const { address } of interfaces) {
      // Tied to its peer it receives nothing: untied, it would be the best match for the renewals of the client's lease.
      const sender = await openSocket({
        ...{ address, port: ports.client, reuse: true, broadcast: true, peer: to },
        onMessage() {},
        onError() {},
      })
      sockets.push(sender)
      senders.push(sender)
    }
    const ask = () => {
      for (const sender of senders) for (const packet of asks) sender.send(packet, to)
    }
    ask()
    await pause(clock, listenMs, signal, ask)
  } finally {
    for (const socket of sockets) socket.close()
  }
  return [...offers.values()]
}

/** Waits, with a second question after a while. */
function pause(clock: Clock, listenMs: number, signal: AbortSignal | undefined, ask: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancels = [clock.after(listenMs, () => finish(resolve))]
    if (REPEAT_AFTER_MS < listenMs) cancels.push(clock.after(REPEAT_AFTER_MS, ask))
    const onAbort = () => finish(() => reject(new KairosError('aborted', 'Cannot listen for DHCP servers: cancelled.')))
    const finish = (settle: () => void) => {
      for (const cancel of cancels) cancel()
      signal?.removeEventListener('abort', onAbort)
      settle()
    }
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

function discover(mac: Uint8Array, xid: number, pxe: boolean): DhcpPacket {
  const wanted = [subnetMask, routers, domainNameServers, leaseTime, serverIdentifier]
  const boot = [vendorSpecificInformation, vendorClassIdentifier, tftpServerName, bootfileName]
  return emptyPacket({
    op: Op.request,
    xid,
    // Without an address of its own, unicast to it would not arrive.
    flags: BROADCAST_FLAG,
    chaddr: mac,
    options: new Map([
      option(messageType, MessageType.discover),
      option(clientIdentifier, { type: ETHERNET, identifier: mac }),
      option(
        parameterRequestList,
        [...wanted, ...(pxe ? boot : [])].map(({ code }) => code),
      ),
      ...(pxe
        ? [
            option(vendorClassIdentifier, 'PXEClient:Arch:00007:UNDI:003016'),
            option(clientSystemArchitecture, [Architecture.efiX64]),
            option(clientNetworkInterface, { type: 1, major: 3, minor: 16 }),
            option(clientMachineIdentifier, { type: 0, identifier: Buffer.concat([mac, new Uint8Array(10)]) }),
          ]
        : []),
    ]),
  })
}

function readOffer(
  bytes: Uint8Array,
  from: string,
  xids: readonly number[],
  interfaces: readonly OwnInterface[],
): HeardOffer | undefined {
  let packet: DhcpPacket
  try {
    packet = decodePacket(bytes)
  } catch {
    // Somebody's broken packet is no answer to us.
    return undefined
  }
  const { options, yiaddr, file } = packet
  if (packet.op !== Op.reply || !xids.includes(packet.xid)) return undefined
  if (readIntactOption(options, messageType) !== MessageType.offer) return undefined
  const bootFile = readIntactOption(options, bootfileName) || file || undefined
  return {
    server: readIntactOption(options, serverIdentifier) ?? from,
    interface: interfaces.find((own) => isOnSubnet(from, own))?.name,
    offeredAddress: yiaddr === UNSPECIFIED_ADDRESS ? undefined : yiaddr,
    netmask: readIntactOption(options, subnetMask),
    routers: readIntactOption(options, routers) ?? [],
    dnsServers: readIntactOption(options, domainNameServers) ?? [],
    leaseSeconds: readIntactOption(options, leaseTime),
    bootFile,
    pxe: /^(PXE|HTTP)Client/.test(readIntactOption(options, vendorClassIdentifier) ?? ''),
  }
}
