import type { Clock } from '../clock.js'
import type { DatagramSocket, Endpoint, OpenDatagramSocket } from '../datagram-socket.js'
import { decodePacket, encodePacket, type TftpOptions, type TftpPacket } from './packet.js'

export interface DownloadOptions {
  readonly openSocket: OpenDatagramSocket
  readonly clock: Clock
  readonly server: Endpoint
  readonly name: string
  readonly options?: TftpOptions
  /** Default 700: out of step with the server. */
  readonly timeoutMs?: number
  /** Does not acknowledge the last block and closes its port, as some firmwares do. */
  readonly forgetsLastAck?: boolean
}

export interface Download {
  readonly content: Buffer
  readonly options: TftpOptions
  /** Data packets that came, wanted or not. */
  readonly dataPackets: number
}

const MAX_TIMEOUTS = 60
/** Time for which a client answers repetitions of the last block. */
const DALLY_MS = 20_000

/** A client by the book (RFC 1350, 2347, 2348, 7440), for tests. */
export async function download(init: DownloadOptions): Promise<Download> {
  const { openSocket, clock, server, name, options = new Map(), timeoutMs = 700 } = init
  const { promise, resolve, reject } = Promise.withResolvers<Download>()
  const blocks: Uint8Array[] = []
  let agreed: TftpOptions = new Map()
  let transfer: Endpoint | undefined
  let blockSize = 512
  let windowSize = 1
  let inWindow = 0
  let dataPackets = 0
  let timeouts = 0
  let complete = false
  let cancel = () => {}

  const socket: DatagramSocket = await openSocket({ address: '0.0.0.0', port: 0, onMessage: receive, onError: reject })
  const send = (packet: TftpPacket) => socket.send(encodePacket(packet), transfer ?? server)
  const ask = () => send({ type: 'rrq', name, mode: 'octet', options })
  const acknowledge = () => {
    inWindow = 0
    send({ type: 'ack', block: blocks.length & 0xffff })
  }
  function wait() {
    cancel()
    cancel = clock.after(timeoutMs, () => {
      if (++timeouts > MAX_TIMEOUTS) {
        reject(new Error(`${name}: no answer after ${blocks.length} blocks`))
        return
      }
      if (transfer) acknowledge()
      else ask()
      wait()
    })
  }

  function receive(bytes: Uint8Array, from: Endpoint): void {
    const packet = decodePacket(bytes)
    transfer ??= { address: from.address, port: from.port }
    if (from.port !== transfer.port) {
      socket.send(encodePacket({ type: 'error', code: 5, message: 'Unknown transfer ID' }), from)
      return
    }
    if (packet.type === 'error') reject(new Error(`error ${packet.code}: ${packet.message}`))
    else if (packet.type === 'oack') hearOptions(packet.options)
    else if (packet.type === 'data') hearData(packet.block, packet.bytes)
  }

  function hearOptions(acknowledged: TftpOptions): void {
    if (blocks.length > 0) return
    agreed = acknowledged
    blockSize = Number(agreed.get('blksize') ?? 512)
    windowSize = Number(agreed.get('windowsize') ?? 1)
    acknowledge()
    wait()
  }

  function hearData(block: number, bytes: Uint8Array): void {
    dataPackets++
    if (complete || block !== ((blocks.length + 1) & 0xffff)) {
      // A gap is told at once; what came before is acknowledged again, which a server must not answer with data.
      acknowledge()
      return
    }
    timeouts = 0
    blocks.push(bytes)
    inWindow++
    complete = bytes.length < blockSize
    if (complete) finish()
    else if (inWindow === windowSize) acknowledge()
    if (!complete) wait()
  }

  function finish(): void {
    cancel()
    if (init.forgetsLastAck) socket.close()
    else acknowledge()
    clock.after(DALLY_MS, () => socket.close())
    resolve({ content: Buffer.concat(blocks), options: agreed, dataPackets })
  }

  ask()
  wait()
  return promise
}
