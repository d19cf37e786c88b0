import { memorySource } from '../../bytes/memory-source.js'
import { monotonicClock } from '../clock.js'
import type { Machine } from '../dhcp/machine.js'
import { UNSPECIFIED_ADDRESS } from '../dhcp/options/ipv4-address.js'
import { addressesToAnswerFrom, listOwnInterfaces } from '../dhcp/own-interfaces.js'
import type { BootDecision } from '../dhcp/proxy-dhcp-events.js'
import { createProxyDhcpServer } from '../dhcp/proxy-dhcp-server.js'
import { createHttpServer } from '../http/http-server.js'
import type { HttpAnswer, HttpQuestion } from '../http/registry.js'
import { silentLogger } from '../logger.js'
import { createTftpServer } from '../tftp/tftp-server.js'
import { createBootJournal, SCRIPT_NAME } from './boot-journal.js'
import { bootScript } from './boot-script.js'
import { type BootSet, bootSetOf, checkBootSet } from './boot-set.js'
import { prepareNetboot } from './check-netboot.js'
import { keyOf, renderCmdline } from './cmdline.js'
import { iterateEvents } from './event-iterable.js'
import { type FirmwareTable, firmwareFor } from './firmware.js'
import { createKernelFit } from './kernel-fit.js'
import { createMachineSession, type MachineSession } from './machine-session.js'
import { createMachineSessions } from './machine-sessions.js'
import type { NetbootInit, NetbootPolicy, NetbootPorts } from './netboot-init.js'
import type { NetbootServer } from './netboot-server-types.js'
import { namePortOwner } from './port-owner.js'
import { servedInterfaces } from './served-addresses.js'
import { parseTftpName, tftpNameFor } from './tftp-names.js'

const DEFAULT_PORTS: NetbootPorts = { dhcp: 67, pxe: 4011, tftp: 69, http: 8090, client: 68, relay: 67 }

/**
 * Boots machines from the network, beside the site's DHCP server: proxyDHCP, the PXE port, TFTP and HTTP in one, with one
 * story of each machine's boot.
 */
export function createNetbootServer(init: NetbootInit): NetbootServer {
  const { logger = silentLogger, clock = monotonicClock, openSocket, advertise } = init
  const policy: NetbootPolicy = init.policy ?? (() => ({}))
  const { ownInterfaces = listOwnInterfaces, listenAddress = UNSPECIFIED_ADDRESS } = init
  const ports: NetbootPorts = { ...DEFAULT_PORTS, ...init.ports }
  const interfaces = servedInterfaces(init)
  const kernelFit = createKernelFit()
  let firmware: FirmwareTable = new Map()
  let stopped = new AbortController()

  // The servers' own words would be said again for each attempt and each range: the journal says them once per boot.
  const http = createHttpServer({ address: listenAddress, port: ports.http, clock })
  const sessions = createMachineSessions((machine) =>
    createMachineSession(machine, http, (question) => answerScript(sessions.find(machine.mac), question)),
  )
  const journal = createBootJournal({ sessions, ipxe: init.ipxe, logger, clock })
  const baseUrl = (address: string) => `http://${advertise ?? address}:${http.port ?? ports.http}`

  const proxy = createProxyDhcpServer({
    firmware(architecture, serverAddress, machine) {
      const found = firmwareFor(firmware, architecture)
      if (!found) return undefined
      const url =
        machine.transport === 'http' ? sessions.of(machine).firmwareUrl(found, baseUrl(serverAddress)) : undefined
      return { name: tftpNameFor(machine.mac, found.name), url }
    },
    scriptUrl: (machine, serverAddress) => sessions.of(machine).scriptUrl(baseUrl(serverAddress)),
    policy: decide,
    interfaces,
    advertise,
    ports,
    logger,
    clock,
    openSocket,
    ownInterfaces,
  })
  const tftp = createTftpServer({
    resolve: (name) => {
      const { file } = parseTftpName(name)
      return [...firmware.values()].find((each) => each.name === file)?.source
    },
    addresses: () => [
      listenAddress,
      ...(listenAddress === UNSPECIFIED_ADDRESS ? addressesToAnswerFrom(ownInterfaces(), interfaces, advertise) : []),
    ],
    port: ports.tftp,
    clock,
    openSocket,
  })
  proxy.on(journal.dhcp)
  tftp.on(journal.tftp)
  http.on(journal.http)

  async function decide(machine: Machine): Promise<BootDecision> {
    const decided = await policy(machine)
    const misfit = decided && (await kernelFit.whyNot(machine, decided.artifacts ?? init.artifacts))
    const setup = misfit ? undefined : decided
    const session = setup ? sessions.of(machine) : sessions.find(machine.mac)
    if (session) session.setup = setup
    if (!setup) session?.withdraw()
    return misfit ? { deny: misfit } : setup ? 'allow' : 'deny'
  }

  async function answerScript(
    session: MachineSession | undefined,
    question: HttpQuestion,
  ): Promise<HttpAnswer | undefined> {
    const setup = session?.setup
    if (!session || !setup) return undefined
    const base = baseUrl(question.localAddress)
    const set = bootSetOf(init, setup)
    if (set.files.some((file) => file.role === 'config')) await checkBootSet({ ...set, files: configsOf(set) })
    // The policy may have changed its mind meanwhile.
    if (session.setup !== setup) return answerScript(session, question)
    const { files, cmdline } = session.offer(setup, set)
    const urls = new Map(files.flatMap(({ key, registration }) => (key ? [[key, registration.url(base)]] : [])))
    const text = bootScript({
      kernelUrl: files.find(({ role }) => role === 'kernel')?.registration.url(base) ?? '',
      initrds: files
        .filter(({ role }) => role === 'initrd')
        .map(({ name, registration }) => ({ name, url: registration.url(base) })),
      cmdline: renderCmdline(cmdline, (file) => urls.get(keyOf(file)) ?? ''),
    })
    return { source: memorySource(SCRIPT_NAME, text), contentType: 'text/plain; charset=utf-8' }
  }

  async function stop(options?: { readonly graceMs?: number }): Promise<void> {
    // First who sends machines here, then what they come for.
    await proxy.stop()
    await Promise.all([tftp.stop(options), http.stop(options)])
    stopped.abort()
    stopped = new AbortController()
  }

  return {
    async start() {
      const { addresses, ...prepared } = await prepareNetboot(init)
      firmware = prepared.firmware
      // No machine has to wait for it then: whoever gets no offer in time goes on to its disk.
      await kernelFit.look(init.artifacts)
      try {
        await http.start()
        await tftp.start()
        await proxy.start()
      } catch (error) {
        await stop()
        throw await namePortOwner(error)
      }
      return { httpPort: http.port ?? ports.http, addresses }
    },
    stop,
    on: journal.events.on,
    events({ signal } = {}) {
      return iterateEvents(journal.events.on, signal ? AbortSignal.any([signal, stopped.signal]) : stopped.signal)
    },
    machines() {
      const transfers = new Map(http.transfers().map((transfer) => [transfer.machine, transfer]))
      return sessions.all().map((session) => {
        const transfer = transfers.get(session.mac)
        const { name, done, total } = transfer ?? {}
        const running = name === undefined ? undefined : { name, done: done ?? 0, total: total ?? 0 }
        return { ...session.state(), transfer: running }
      })
    },
  }
}

function configsOf(set: BootSet) {
  return set.files.filter(({ role }) => role === 'config')
}
