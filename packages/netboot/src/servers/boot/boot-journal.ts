import type { ErrorCode, KairosError } from '@kairos-sdk/core'
import type { Clock } from '../clock.js'
import type { Endpoint } from '../datagram-socket.js'
import type { ProxyDhcpEvent } from '../dhcp/proxy-dhcp-events.js'
import { createEventStream, type EventStream } from '../event-stream.js'
import type { HttpEvent } from '../http/http-events.js'
import type { Logger } from '../logger.js'
import type { TftpEvent } from '../tftp/tftp-events.js'
import { missingFirmware } from './firmware.js'
import type { MachineSession } from './machine-session.js'
import type { MachineSessions } from './machine-sessions.js'
import type { BootStage, IgnoredReason, NetbootEvent } from './netboot-events.js'
import type { NetbootInit } from './netboot-init.js'
import { parseTftpName } from './tftp-names.js'

export interface BootJournalInit {
  readonly sessions: MachineSessions
  readonly ipxe: NetbootInit['ipxe']
  readonly logger: Logger
  readonly clock: Clock
}

/** Makes one story for each machine of what the servers tell, with each chapter told once per boot. */
export interface BootJournal {
  readonly events: EventStream<NetbootEvent>
  dhcp(event: ProxyDhcpEvent): void
  tftp(event: TftpEvent): void
  http(event: HttpEvent): void
}

/** What the log of pixiecore, and so its users, calls a script. */
export const SCRIPT_NAME = 'boot.ipxe'

/** Builds of iPXE since 2021 look for it beside themselves before anything else; that we have none is no trouble. */
const AUTOEXEC_NAME = 'autoexec.ipxe'

/** Ends of a transfer that say nothing of the file. */
const BROKEN_OFF: ReadonlySet<string> = new Set<ErrorCode>([
  'tftp/no-answer',
  'tftp/client-error',
  'http/client-gone',
  'aborted',
])

type SentType = Extract<NetbootEvent, { readonly bytes: number }>['type']

const STAGES: Readonly<Record<SentType, BootStage | undefined>> = {
  'firmware-sent': 'firmware',
  'script-sent': 'script',
  kernel: 'kernel',
  initrd: 'initrd',
  rootfs: 'rootfs',
  config: 'config',
  file: undefined,
}

export function createBootJournal({ sessions, ipxe, logger, clock }: BootJournalInit): BootJournal {
  const events = createEventStream<NetbootEvent>(logger)

  function note(session: MachineSession, stage: BootStage | undefined) {
    // What comes after a file that is missing does not make up for it.
    session.stage = session.failedFile === undefined ? (stage ?? session.stage) : 'failed'
    session.updated = new Date()
    const { mac, boot, updated: time } = session
    return { time, mac, uuid: session.machine.uuid, boot }
  }

  /** A file arrived, or a part of it. */
  function sent(
    session: MachineSession,
    type: SentType,
    transport: 'tftp' | 'http',
    { name, client, ...part }: { name: string; client: Endpoint; offset: number; bytes: number; size: number },
  ): void {
    session.address = client.address
    const whole = session.received(name, part, clock.now())
    if (session.failedFile === name && (whole || part.bytes === part.size)) {
      session.failedFile = undefined
      session.error = undefined
      note(session, STAGES[type])
    }
    if (!whole) return
    const what =
      type === 'script-sent' ? 'Sending ipxe boot script' : `Sent ${transport === 'http' ? 'file ' : ''}"${name}"`
    logger.info(`${transport.toUpperCase()}: ${what} to ${client.address}:${client.port}`)
    const common = { ...note(session, STAGES[type]), name, client, ...whole }
    if (type === 'firmware-sent') events.emit({ type, transport, ...common })
    else events.emit({ type, ...common })
  }

  function failed(session: MachineSession | undefined, event: HttpEvent | TftpEvent, transport: string): void {
    if (event.type !== 'failed') return
    const { client, name, error } = event
    if (session?.has(name) && BROKEN_OFF.has(error.code)) {
      // Firmware whose first packets get lost asks again from another port, and long has the file when we give up.
      logger.debug(`${transport}: Another attempt to send "${name}" to ${client.address} ended: ${error.message}`)
      return
    }
    logger.warn(`${transport}: Could not send "${name}" to ${client.address}:${client.port}: ${error.message}`)
    if (session) {
      session.address = client.address
      session.error = error
      session.failedFile = name
      events.emit({ type: 'failed', ...note(session, 'failed'), name, error })
    } else events.emit({ type: 'failed', time: new Date(), mac: undefined, uuid: undefined, boot: 0, name, error })
  }

  function refused(transport: 'tftp' | 'http', client: Endpoint, reason: string): void {
    logger.info(`${transport.toUpperCase()}: Refused a request of ${client.address}:${client.port}: ${reason}`)
    events.emit({ type: 'refused', time: new Date(), transport, client, reason })
  }

  function ignored(session: MachineSession, reason: IgnoredReason, error: KairosError | undefined): void {
    session.error = error
    events.emit({ type: 'ignored', ...note(session, 'ignored'), reason, ...(error && { error }) })
  }

  return {
    events,
    dhcp(event) {
      const { type, machine } = event
      const session = machine && sessions.of(machine)
      if (type === 'failed') {
        const { error } = event
        if (session) session.error = error
        const common = session
          ? note(session, 'failed')
          : { time: new Date(), mac: undefined, uuid: undefined, boot: 0 }
        events.emit({ type, ...common, error })
        return
      }
      if (!session) return
      if (type === 'seen') {
        session.restart()
        events.emit({ type, ...note(session, 'seen'), machine: event.machine })
      } else if (type === 'offered') events.emit({ type, ...note(session, 'offered'), step: event.step })
      else if (type === 'denied') ignored(session, event.error ? 'architecture' : 'denied', event.error)
      else if (type === 'no-firmware') {
        const error = missingFirmware(machine.architectures, ipxe)
        if (error) logger.warn(`DHCP: ${machine.mac} cannot boot: ${error.message} ${error.hint ?? ''}`.trim())
        ignored(session, 'no-firmware', error)
      }
    },
    tftp(event) {
      const { mac, file } = parseTftpName(event.name)
      const session = sessions.find(mac)
      if (event.type === 'refused' && event.reason === 'not-found' && file === AUTOEXEC_NAME) {
        logger.debug(`TFTP: There is no ${AUTOEXEC_NAME} for ${event.client.address}`)
      } else if (event.type === 'refused') refused('tftp', event.client, event.reason)
      else if (event.type === 'failed') failed(session, { ...event, name: file }, 'TFTP')
      else if (event.type === 'started') session?.requested(file, clock.now())
      else if (event.type === 'sent') {
        const { name, client, bytes } = event
        if (session) sent(session, 'firmware-sent', 'tftp', { name: file, client, offset: 0, bytes, size: bytes })
        else logger.info(`TFTP: Sent "${name}" to ${client.address}:${client.port}`)
      }
    },
    http(event) {
      if (event.type === 'refused') {
        refused('http', event.client, event.reason)
        return
      }
      const session = sessions.find(event.machine)
      if (event.type === 'failed') failed(session, event, 'HTTP')
      else if (!session || event.method === 'HEAD') return
      else if (event.type === 'request') session.requested(event.name, clock.now())
      else if (event.status < 300) sent(session, typeOf(session, event.name), 'http', event)
    },
  }
}

function typeOf(session: MachineSession, name: string): SentType {
  if (name === SCRIPT_NAME) return 'script-sent'
  return session.find(name)?.role ?? 'firmware-sent'
}
