import { KairosError, translateError } from '@kairos-sdk/core'
import type { ByteSource } from '../../bytes/byte-source.js'
import { type Clock, monotonicClock } from '../clock.js'
import { type DatagramSocket, type Endpoint, type OpenDatagramSocket, openDatagramSocket } from '../datagram-socket.js'
import { createEventStream, type Unsubscribe } from '../event-stream.js'
import { listenOnAddresses } from '../listen-on-addresses.js'
import { type Logger, silentLogger } from '../logger.js'
import { MAX_BLOCK_SIZE, negotiate } from './negotiation.js'
import { decodePacket, encodePacket, TftpErrorCode, type TftpPacket } from './packet.js'
import { createRequestLedger } from './request-ledger.js'
import type { RefusalReason, TftpEvent } from './tftp-events.js'
import { startTransfer, type TransferReport } from './transfer.js'

export interface TftpServerInit {
  /**
   * Where a name leads; `undefined` is "file not found". The name is as the client wrote it, and never reaches the disk
   * by itself.
   */
  readonly resolve: (name: string, client: Endpoint) => ByteSource | undefined | Promise<ByteSource | undefined>
  /**
   * Own addresses to listen on, or what tells them when the server starts. On 0.0.0.0 answers come from the address that the
   * system chooses, which firmware does not accept when it asked another; named besides, an address answers for itself.
   * Default 0.0.0.0.
   */
  readonly addresses?: readonly string[] | (() => readonly string[]) | undefined
  /** Default 69. */
  readonly port?: number | undefined
  /** Time to wait for an acknowledgement before sending a block again, unless the client names one. Default 1,000 ms. */
  readonly retransmitAfterMs?: number | undefined
  /** How often that is done without progress before the client counts as gone. Default 12. */
  readonly maxRetransmissions?: number | undefined
  /** The largest block that is granted. Default 65,464 bytes, which networks carry in fragments. */
  readonly maxBlockSize?: number | undefined
  /** The largest window that is granted. Default 64 blocks. */
  readonly maxWindowSize?: number | undefined
  /** Transfers at the same time in all. Default 4,096. */
  readonly maxTransfers?: number | undefined
  /** Transfers at the same time of one client address. Default 32. */
  readonly maxTransfersPerClient?: number | undefined
  /** Default: nothing is said. */
  readonly logger?: Logger | undefined
  readonly clock?: Clock | undefined
  /** Opens the sockets, that of the server and one for each transfer. Default: UDP sockets of the operating system. */
  readonly openSocket?: OpenDatagramSocket | undefined
}

export interface TftpServer {
  /**
   * Opens the port.
   *
   * @throws KairosError `network/address-in-use`, `input/not-permitted`, `network/start-failed`
   */
  start(): Promise<void>
  /** Answers no more requests, gives what is under way `graceMs` (default 0) to end before it breaks it off, and closes the port. */
  stop(options?: { readonly graceMs?: number }): Promise<void>
  /** Tells a listener of every event from now on. */
  on(listener: (event: TftpEvent) => void): Unsubscribe
  /** Where it listens; empty while it does not. */
  readonly endpoints: readonly Endpoint[]
  /** Transfers that are under way. */
  readonly active: number
}

type ReadRequest = Extract<TftpPacket, { type: 'rrq' }>

const REFUSALS: Readonly<Record<RefusalReason, readonly [code: number, message: string]>> = {
  'not-found': [TftpErrorCode.fileNotFound, 'File not found'],
  'read-only': [TftpErrorCode.accessViolation, 'This server is read-only'],
  mode: [TftpErrorCode.illegalOperation, 'Only mode octet (binary) is served'],
  busy: [TftpErrorCode.undefined, 'Too many transfers, try again later'],
  error: [TftpErrorCode.undefined, 'Cannot read the file'],
}

/**
 * A read-only TFTP server (RFC 1350) with the options blksize (RFC 2348), tsize and timeout (RFC 2349) and windowsize
 * (RFC 7440). It serves what `resolve` gives out, and nothing else.
 */
export function createTftpServer(init: TftpServerInit): TftpServer {
  const { logger = silentLogger, clock = monotonicClock, openSocket = openDatagramSocket } = init
  const { maxBlockSize = MAX_BLOCK_SIZE, maxWindowSize = 64 } = init
  const { retransmitAfterMs = 1_000, maxRetransmissions = 12 } = init
  const events = createEventStream<TftpEvent>(logger)
  const ledger = createRequestLedger({
    clock,
    maxTransfers: init.maxTransfers ?? 4_096,
    maxTransfersPerClient: init.maxTransfersPerClient ?? 32,
  })
  let listening: DatagramSocket[] = []

  function receive(socket: DatagramSocket, bytes: Uint8Array, client: Endpoint): void {
    let packet: TftpPacket
    try {
      packet = decodePacket(bytes)
    } catch (error) {
      if (!KairosError.is(error, 'tftp/malformed')) throw error
      logger.debug(`TFTP: Ignoring a packet from ${client.address}:${client.port}: ${error.message}`)
      return
    }
    if (packet.type === 'wrq') refuse(socket, client, packet.name, 'read-only')
    // Everything else belongs to a transfer that is over.
    if (packet.type !== 'rrq') return
    if (packet.mode === 'octet') admit(socket, packet, client, bytes)
    else refuse(socket, client, packet.name, 'mode')
  }

  function admit(socket: DatagramSocket, request: ReadRequest, client: Endpoint, bytes: Uint8Array): void {
    const admission = ledger.admit(client, bytes)
    if (admission === 'busy') refuse(socket, client, request.name, 'busy')
    if (typeof admission === 'string') return
    void serve(socket, request, client, admission.signal)
      .catch((error) => {
        const failure = translateError(error, `Cannot serve ${JSON.stringify(request.name)}`)
        logger.warn(`TFTP: ${failure.message}`)
        refuse(socket, client, request.name, 'error')
        return 'unfinished' as const
      })
      .then((end) => admission.close(end === 'finished'))
  }

  function refuse(socket: DatagramSocket, client: Endpoint, name: string, reason: RefusalReason): void {
    const [code, message] = REFUSALS[reason]
    socket.send(encodePacket({ type: 'error', code, message }), client)
    logger.info(`TFTP: Refused ${JSON.stringify(name)} to ${client.address}:${client.port}: ${message}`)
    events.emit({ type: 'refused', client, name, reason })
  }

  async function serve(
    socket: DatagramSocket,
    request: ReadRequest,
    client: Endpoint,
    signal: AbortSignal,
  ): Promise<'finished' | 'unfinished'> {
    const { name } = request
    // A look-up that hangs must not keep the server from stopping.
    const source = await Promise.race([init.resolve(name, client), whenAborted(signal)])
    if (signal.aborted) return 'unfinished'
    if (!source) {
      refuse(socket, client, name, 'not-found')
      return 'unfinished'
    }
    const terms = negotiate(request.options, source.size, { maxBlockSize, maxWindowSize })
    const { blockSize, windowSize } = terms
    events.emit({ type: 'started', client, name, size: source.size, blockSize, windowSize })
    const startedMs = clock.now()
    const { address } = socket.local
    const transfer = startTransfer({
      ...{ source, terms, client, address, openSocket, clock },
      ...{ retransmitAfterMs, maxRetransmissions },
    })
    // Who asked for another file is not to take the end of this one for the end of that.
    const stop = () => transfer.stop(signal.reason, signal.reason.code === 'aborted' ? 'The server stops' : undefined)
    signal.addEventListener('abort', stop, { once: true })
    const report = await transfer.done
    tell(client, name, report, clock.now() - startedMs)
    return report.outcome.type === 'sent' ? 'finished' : 'unfinished'
  }

  function tell(client: Endpoint, name: string, { outcome, bytes, retransmissions }: TransferReport, ms: number): void {
    const what = `${JSON.stringify(name)} to ${client.address}:${client.port}`
    switch (outcome.type) {
      case 'sent': {
        logger.info(`TFTP: Sent ${what}`)
        const { acknowledged } = outcome
        events.emit({ type: 'sent', client, name, bytes, ms, acknowledged, retransmissions })
        break
      }
      case 'probed':
        logger.debug(`TFTP: Told the size of ${what}`)
        events.emit({ type: 'probed', client, name })
        break
      case 'failed':
        logger.warn(`TFTP: Could not send ${what}: ${outcome.error.message}`)
        events.emit({ type: 'failed', client, name, bytes, ms, error: outcome.error })
    }
  }

  return {
    async start() {
      if (listening.length > 0) return
      const { addresses = ['0.0.0.0'], port = 69 } = init
      listening = await listenOnAddresses({
        port,
        addresses: typeof addresses === 'function' ? addresses() : addresses,
        openSocket,
        onMessage: (bytes, from, socket) => receive(socket, bytes, from),
        onError: (error) => logger.warn(`TFTP: ${translateError(error, 'Cannot send').message}`),
      })
    },
    async stop({ graceMs = 0 } = {}) {
      await ledger.stop(new KairosError('aborted', 'The server was stopped.'), graceMs)
      for (const socket of listening) socket.close()
      listening = []
    },
    on: events.on,
    get endpoints() {
      return listening.map(({ local }) => local)
    },
    get active() {
      return ledger.size
    },
  }
}

function whenAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }))
}
