import { KairosError, translateError } from '@kairos-sdk/core'
import type { ByteSource } from '../../bytes/byte-source.js'
import type { Clock } from '../clock.js'
import type { DatagramSocket, Endpoint, OpenDatagramSocket } from '../datagram-socket.js'
import { createBlockReader } from './block-reader.js'
import type { TransferTerms } from './negotiation.js'
import { decodePacket, encodePacket, TftpErrorCode, type TftpPacket } from './packet.js'
import { createRoundTripTime } from './round-trip-time.js'

export interface TransferInit {
  readonly source: ByteSource
  readonly terms: TransferTerms
  readonly client: Endpoint
  /** Own address to send from. */
  readonly address: string
  readonly openSocket: OpenDatagramSocket
  readonly clock: Clock
  /** Time to wait for an acknowledgement before sending again. */
  readonly retransmitAfterMs: number
  /** How often without any progress. */
  readonly maxRetransmissions: number
}

export type TransferOutcome =
  /** All was sent; `acknowledged` is false when the client closed its port before it said so. */
  | { readonly type: 'sent'; readonly acknowledged: boolean }
  /** The client broke off when it knew the size. */
  | { readonly type: 'probed' }
  | { readonly type: 'failed'; readonly error: KairosError }

export interface TransferReport {
  readonly outcome: TransferOutcome
  /** Bytes that the client has acknowledged, or, after success, all. */
  readonly bytes: number
  readonly retransmissions: number
}

export interface Transfer {
  /** Settles when the transfer is over and its socket is closed; never rejects. */
  readonly done: Promise<TransferReport>
  /**
   * Ends it.
   *
   * @param message - told to the client; without one it is not told
   */
  stop(error: KairosError, message?: string): void
}

const ACK_OF_OPTIONS = -1
const FIRST_BLOCK = 1
const BLOCK_NUMBERS = 0x10000
/**
 * A client that has said nothing since its request may not exist: anybody can write another's address on a packet, and
 * ask us to wait for 255 s, each time. One that does exist asks again.
 */
const MAX_UNHEARD_MS = 60_000

/** Sends a file to one client, from a port of its own: the server's transfer identifier (RFC 1350 section 4). */
export function startTransfer(init: TransferInit): Transfer {
  const { source, terms, client, clock, maxRetransmissions } = init
  const waitMs = terms.timeoutMs ?? init.retransmitAfterMs
  const aborting = new AbortController()
  const reader = createBlockReader(source, terms.blockSize, aborting.signal)
  const roundTrip = createRoundTripTime(clock, waitMs)
  const { promise: done, resolve } = Promise.withResolvers<TransferReport>()

  const startedMs = clock.now()
  let socket: DatagramSocket | undefined
  let over = false
  /** The last block that the client has; all before it too. */
  let acknowledged = terms.acknowledged.size > 0 ? ACK_OF_OPTIONS : 0
  let next = FIRST_BLOCK
  /** The last block that was ever sent. */
  let highest = 0
  let heard = false
  let pumping = false
  let attempts = 0
  let retransmissions = 0
  let cancelTimer = () => {}
  /** A repeated acknowledgement was taken for a loss already. */
  let hastened = false

  const send = (packet: TftpPacket) => socket?.send(encodePacket(packet), client)

  function finish(outcome: TransferOutcome): void {
    if (over) return
    over = true
    cancelTimer()
    aborting.abort()
    socket?.close()
    const bytes =
      outcome.type === 'sent' ? source.size : Math.min(Math.max(0, acknowledged) * terms.blockSize, source.size)
    resolve({ outcome, bytes, retransmissions })
  }

  function fail(error: KairosError, message?: string): void {
    if (over) return
    if (message !== undefined) send({ type: 'error', code: TftpErrorCode.undefined, message })
    finish({ type: 'failed', error })
  }

  function wait(delayMs: number): void {
    cancelTimer()
    cancelTimer = clock.after(heard ? delayMs : Math.min(delayMs, unheardMsLeft()), repeat)
  }

  function unheardMsLeft(): number {
    return Math.max(0, startedMs + MAX_UNHEARD_MS - clock.now())
  }

  /** Nothing was heard for too long. */
  function repeat(): void {
    if (++attempts > maxRetransmissions || (!heard && unheardMsLeft() === 0)) {
      giveUp()
      return
    }
    retransmissions++
    roundTrip.forget()
    next = acknowledged + 1
    resume()
  }

  function giveUp(): void {
    // Some UEFI firmwares close the port before the last ACK: a missing final ACK is success, or the log would report a
    // failed boot that worked. A client that was never heard of, though, may not exist.
    if (heard && highest === reader.count) {
      finish({ type: 'sent', acknowledged: false })
      return
    }
    const found = heard ? `block ${acknowledged} of ${reader.count} was the last` : 'none came'
    const message = `Acknowledgements of ${client.address}:${client.port} expected, ${found}.`
    fail(new KairosError('tftp/no-answer', message), 'Timed out')
  }

  function resume(): void {
    if (acknowledged === ACK_OF_OPTIONS) {
      send({ type: 'oack', options: terms.acknowledged })
      wait(waitMs)
    } else {
      void pump()
    }
  }

  /** Sends what the window has room for. While it waits for the source, acknowledgements may move the window. */
  async function pump(): Promise<void> {
    if (pumping) return
    pumping = true
    cancelTimer()
    try {
      while (!over && next <= Math.min(acknowledged + terms.windowSize, reader.count)) {
        const block = next
        const read = reader.read(block)
        const bytes = read instanceof Uint8Array ? read : await read
        if (over || block !== next) continue
        if (block > highest) roundTrip.sent(block)
        highest = Math.max(highest, block)
        next++
        send({ type: 'data', block: block % BLOCK_NUMBERS, bytes })
      }
    } catch (error) {
      fail(translateError(error, `Cannot read ${source.name}`, 'input/unreadable'), 'Cannot read the file')
    } finally {
      pumping = false
    }
    hastened = false
    if (!over) wait(waitMs)
  }

  function hearAck(number: number): void {
    if (acknowledged === ACK_OF_OPTIONS) {
      if (number === 0) advanceTo(0)
      return
    }
    // The number says which block it is among those under way; any other is from the past.
    const ahead = (number - (acknowledged % BLOCK_NUMBERS) + BLOCK_NUMBERS) % BLOCK_NUMBERS
    const block = acknowledged + ahead
    if (block > highest) return
    if (ahead > 0) advanceTo(block)
    else hasten()
  }

  function advanceTo(block: number): void {
    heard = true
    acknowledged = block
    attempts = 0
    roundTrip.acknowledged(block)
    if (block === reader.count) {
      finish({ type: 'sent', acknowledged: true })
      return
    }
    // Within a window it means that the next block was lost: the client takes none out of order (RFC 7440 section 4).
    next = block + 1
    resume()
  }

  /**
   * The last acknowledgement came again. Answered with data, a doubled one would double every packet up to the end of
   * the file: the sorcerer's apprentice (RFC 1123 section 4.2.3.1). With windows it may also mean that the first block of
   * one was lost; so, once a window, we wait no longer than a round trip takes.
   */
  function hasten(): void {
    if (terms.windowSize === 1 || pumping || hastened) return
    hastened = true
    wait(Math.min(waitMs, roundTrip.patienceMs()))
  }

  function receive(bytes: Uint8Array, from: Endpoint): void {
    if (over) return
    const packet = readPacket(bytes)
    if (from.address !== client.address || from.port !== client.port) {
      const stranger: TftpPacket = {
        type: 'error',
        code: TftpErrorCode.unknownTransferId,
        message: 'Unknown transfer ID',
      }
      if (packet && packet.type !== 'error') socket?.send(encodePacket(stranger), from)
      return
    }
    if (packet?.type === 'ack') hearAck(packet.block)
    else if (packet?.type === 'error') hearError(packet.code, packet.message)
  }

  function hearError(code: number, text: string): void {
    // Firmware asks for a file to learn its size, breaks off, makes room, and asks again.
    const sizeKnown = [...terms.acknowledged.keys()].some((name) => name.toLowerCase() === 'tsize')
    if (acknowledged === ACK_OF_OPTIONS && sizeKnown) finish({ type: 'probed' })
    else fail(new KairosError('tftp/client-error', `The client broke off with error ${code}: ${JSON.stringify(text)}.`))
  }

  async function open(): Promise<void> {
    const onError = (error: Error) =>
      finish({
        type: 'failed',
        error: translateError(error, `Cannot send to ${client.address}`, 'network/start-failed'),
      })
    socket = await init.openSocket({ address: init.address, port: 0, onMessage: receive, onError })
    if (over) socket.close()
    else resume()
  }

  open().catch((error) =>
    finish({ type: 'failed', error: translateError(error, 'Cannot open a port', 'network/start-failed') }),
  )
  return { done, stop: fail }
}

function readPacket(bytes: Uint8Array): TftpPacket | undefined {
  try {
    return decodePacket(bytes)
  } catch (error) {
    if (KairosError.is(error, 'tftp/malformed')) return undefined
    throw error
  }
}
