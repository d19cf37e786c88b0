import { KairosError, translateError } from '@kairos-sdk/core'
import { type Clock, monotonicClock } from '../clock.js'
import { type DatagramSocket, type Endpoint, type OpenDatagramSocket, openDatagramSocket } from '../datagram-socket.js'
import { createEventStream, type Unsubscribe } from '../event-stream.js'
import type { AddressHandlers } from '../listen-on-addresses.js'
import { type Logger, silentLogger } from '../logger.js'
import { architectureType } from './architecture.js'
import { createBootHistory } from './boot-history.js'
import { type BroadcastSenders, createBroadcastSenders } from './broadcast-senders.js'
import { destinationOf } from './destination.js'
import { listenForDhcp, listenForPxe } from './listen.js'
import { identifyMachine, type Machine } from './machine.js'
import { LIMITED_BROADCAST_ADDRESS, UNSPECIFIED_ADDRESS } from './options/ipv4-address.js'
import { checkInterfaces, listOwnInterfaces, type OwnInterface, toldAddresses } from './own-interfaces.js'
import { type DhcpPacket, decodePacket, encodePacket } from './packet.js'
import type { BootDecision, BootDenial, BootPolicy, ProxyDhcpEvent } from './proxy-dhcp-events.js'
import { type BootFiles, type BootPort, type BootReply, replyTo, replyTypeOf } from './reply.js'
import { createReplyRoutes } from './reply-routes.js'

export interface ProxyDhcpServerInit extends BootFiles {
  /** Whether a machine may boot, and what. Default: all may. */
  readonly policy?: BootPolicy | undefined
  /** Names (`eth0`) or own addresses of the interfaces to serve. Default: all but loopback. */
  readonly interfaces?: readonly string[] | undefined
  /** The address of this server that machines are told. Default: that of the interface by which an answer leaves. */
  readonly advertise?: string | undefined
  readonly ports?: Partial<ProxyDhcpPorts> | undefined
  /** Default: nothing is said. */
  readonly logger?: Logger | undefined
  readonly clock?: Clock | undefined
  /** Default: UDP sockets of the operating system. */
  readonly openSocket?: OpenDatagramSocket | undefined
  /** The addresses of this machine. Default: what the operating system says. */
  readonly ownInterfaces?: (() => readonly OwnInterface[]) | undefined
}

export interface ProxyDhcpPorts {
  /** Where machines look for DHCP servers. Default 67. */
  readonly dhcp: number
  /** Where they look for PXE boot servers (BINL). Default 4011. */
  readonly pxe: number
  /** Where they listen. Default 68. */
  readonly client: number
  /** Where relays listen. Default 67. */
  readonly relay: number
}

export interface ProxyDhcpServer {
  /**
   * Opens the ports. The DHCP port may be shared with a DHCP server on the same host.
   *
   * @throws KairosError `network/address-in-use`, `input/not-permitted`, `network/start-failed`; `argument/invalid` for an
   *   interface that does not exist
   */
  start(): Promise<void>
  /** Closes the ports; nothing is answered any more. */
  stop(): Promise<void>
  /** Tells a listener of every event from now on. */
  on(listener: (event: ProxyDhcpEvent) => void): Unsubscribe
}

interface OpenPort {
  readonly listener: { close(): void }
  readonly senders: BroadcastSenders
}

/** A request, and what it came by. */
interface Arrival {
  readonly port: BootPort
  readonly socket: DatagramSocket
  readonly request: DhcpPacket
  readonly machine: Machine
}

/** Of more requests than these nobody waits for a decision at once; machines ask again. */
const MAX_PENDING = 4096

/**
 * A proxyDHCP server (PXE 2.1 section 2.2): beside the site's DHCP server it tells machines that boot from the network
 * what to boot. It never leases an address, and answers only requests that are certain to be for a boot.
 */
export function createProxyDhcpServer(init: ProxyDhcpServerInit): ProxyDhcpServer {
  const { policy = () => 'allow' as const, logger = silentLogger, clock = monotonicClock } = init
  const { openSocket = openDatagramSocket, ownInterfaces = listOwnInterfaces, interfaces, advertise } = init
  const ports: ProxyDhcpPorts = { dhcp: 67, pxe: 4011, client: 68, relay: 67, ...init.ports }
  const events = createEventStream<ProxyDhcpEvent>(logger)
  const history = createBootHistory(clock)
  const routes = createReplyRoutes({ interfaces, ownInterfaces, openSocket, clock })
  const pending = new Set<string>()
  let open: Readonly<Record<BootPort, OpenPort>> | undefined

  const fail = (error: unknown, doing: string, machine?: Machine) => {
    const failure = translateError(error, doing, 'network/start-failed')
    logger.warn(`DHCP: ${failure.message}`)
    events.emit({ type: 'failed', ...(machine && { machine }), error: failure })
  }
  const onError = (error: Error) => fail(error, 'Cannot send')

  async function receive(port: BootPort, bytes: Uint8Array, from: Endpoint, socket: DatagramSocket): Promise<void> {
    const request = read(bytes, from)
    if (!request || replyTypeOf(request, port) === undefined) return
    const machine = identifyMachine(request)
    if (!machine) return
    const key = `${port} ${machine.mac} ${request.xid}`
    if (pending.has(key) || pending.size >= MAX_PENDING) return
    pending.add(key)
    try {
      await answer({ port, socket, request, machine }, destinationOf(request, from, port, ports))
    } catch (error) {
      fail(error, `Cannot answer ${machine.mac}`, machine)
    } finally {
      pending.delete(key)
    }
  }

  function read(bytes: Uint8Array, from: Endpoint): DhcpPacket | undefined {
    try {
      return decodePacket(bytes)
    } catch (error) {
      if (!KairosError.is(error, 'dhcp/malformed')) throw error
      logger.debug(`DHCP: Ignoring a packet from ${from.address}:${from.port}: ${error.message}`)
      return undefined
    }
  }

  async function answer({ port, socket, request, machine }: Arrival, to: Endpoint): Promise<void> {
    const decision = await policy(machine)
    const own = await routes.ownAddressesFor(to)
    // Without an address of ours, the request came by an interface that is not served.
    if (!open || own.length === 0) return
    const denial = denialOf(decision)
    const boot = typeof decision === 'string' || 'deny' in decision ? undefined : decision
    const { firmware, scriptUrl } = init
    const replies: BootReply[] = []
    for (const address of denial ? [] : own) {
      const serverAddress = advertise ?? addressAsked(port, socket) ?? address
      const reply = replyTo(request, { port, serverAddress, firmware, scriptUrl, boot })
      if (!reply) continue
      replies.push(reply)
      const bytes = encodePacket(reply.packet, { maxBytes: reply.maxBytes })
      if (to.address === LIMITED_BROADCAST_ADDRESS) await open[port].senders.send(bytes, address, to)
      else socket.send(bytes, to)
    }
    const { newBoot, newStep } = history.note(machine.mac, `${machine.step}-${port}`, request.xid)
    if (newBoot) events.emit({ type: 'seen', machine })
    if (newStep) tell(port, machine, denial, replies[0])
  }

  function tell(port: BootPort, machine: Machine, denial: Partial<BootDenial> | undefined, reply?: BootReply): void {
    if (denial) {
      const { deny: error } = denial
      if (error) logger.warn(`DHCP: Not booting ${machine.mac}: ${error.message}`)
      else logger.info(`DHCP: Not booting ${machine.mac}: denied`)
      events.emit({ type: 'denied', machine, ...(error && { error }) })
    } else if (!reply) {
      const names = machine.architectures.map((type) => architectureType(type).name).join(', ')
      logger.warn(`DHCP: Not booting ${machine.mac}: no boot file for ${names}`)
      events.emit({ type: 'no-firmware', machine })
    } else if (port === 'dhcp') {
      logger.info(`DHCP: Offering to boot ${machine.mac}`)
      events.emit({ type: 'offered', machine, step: reply.step, file: reply.file })
    } else {
      logger.debug(`DHCP: Telling ${machine.mac} its boot file on the PXE port`)
      events.emit({ type: 'acknowledged', machine, step: reply.step, file: reply.file })
    }
  }

  return {
    async start() {
      if (open) return
      const all = ownInterfaces()
      checkInterfaces(all, interfaces)
      const { socket, shared } = await listenForDhcp(ports.dhcp, openSocket, {
        onMessage: (bytes, from) => void receive('dhcp', bytes, from, socket),
        onError,
      })
      const onMessage: AddressHandlers['onMessage'] = (bytes, from, by) => void receive('pxe', bytes, from, by)
      const told = toldAddresses(all, interfaces, advertise)
      const pxe = await listenForPxe(ports.pxe, openSocket, { onMessage, onError }, told).catch((error) => {
        socket.close()
        throw error
      })
      open = {
        dhcp: { listener: socket, senders: createBroadcastSenders(ports.dhcp, openSocket, onError) },
        pxe: { listener: pxe, senders: createBroadcastSenders(ports.pxe, openSocket, onError) },
      }
      if (!shared) return
      logger.info(`DHCP: Port ${ports.dhcp} is shared with another server on this host, which gets what relays send`)
    },
    async stop() {
      for (const { listener, senders } of open ? Object.values(open) : []) {
        listener.close()
        senders.close()
      }
      open = undefined
    },
    on: events.on,
  }
}

function denialOf(decision: BootDecision): Partial<BootDenial> | undefined {
  if (decision === 'deny') return {}
  return typeof decision === 'object' && 'deny' in decision ? decision : undefined
}

/** The address of ours to which a request was sent, where the socket tells. */
function addressAsked(port: BootPort, { local }: DatagramSocket): string | undefined {
  return port === 'pxe' && local.address !== UNSPECIFIED_ADDRESS ? local.address : undefined
}
