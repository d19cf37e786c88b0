import { createSocket, type Socket } from 'node:dgram'
import { KairosError, translateError } from '@kairos-sdk/core'

/** An IPv4 address and a UDP port. */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** A UDP socket as the servers use it; tests give one that loses packets. */
export interface DatagramSocket {
  /** Where it is bound. */
  readonly local: Endpoint
  /** Sends without waiting. What the system refuses is told to `onError`; what gets lost on its way, to nobody. */
  send(bytes: Uint8Array, to: Endpoint): void
  /** Nothing is told to the handlers any more. Calling it again does nothing. */
  close(): void
}

export interface DatagramSocketOptions {
  /** Own address, `0.0.0.0` for all. */
  readonly address: string
  /** Own port, 0 for a free one. */
  readonly port: number
  /** Shares the port with programs that are willing too. Default false. */
  readonly reuse?: boolean
  /** May send to broadcast addresses. Default false. */
  readonly broadcast?: boolean
  /** Hears, and sends to, this endpoint only. */
  readonly peer?: Endpoint
  readonly onMessage: (bytes: Uint8Array, from: Endpoint) => void
  readonly onError: (error: Error) => void
}

/**
 * Opens a socket and binds it.
 *
 * @throws KairosError `network/address-in-use`, `input/not-permitted`, `network/start-failed`
 */
export type OpenDatagramSocket = (options: DatagramSocketOptions) => Promise<DatagramSocket>

/** A rack that powers on at once sends more than the system's default takes. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024

/** UDP over IPv4, as the operating system has it. */
export const openDatagramSocket: OpenDatagramSocket = async (options) => {
  const { peer, onMessage, onError } = options
  const socket = createSocket({
    type: 'udp4',
    reuseAddr: options.reuse ?? false,
    // Addresses come as numbers. Without this each datagram would wait for a look-up of what needs none.
    lookup: (address, _options, done) => done(null, address, 4),
  })
  try {
    await bind(socket, options)
    if (options.broadcast) socket.setBroadcast(true)
    if (peer) await connect(socket, peer)
  } catch (error) {
    socket.close()
    throw openError(error, options)
  }
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES)
  } catch {
    // The system's limit is lower; what is lost will be asked again.
  }

  let closed = false
  const { address, port } = socket.address()
  socket.on('error', onError)
  socket.on('message', (bytes, from) => {
    if (!closed) onMessage(bytes, { address: from.address, port: from.port })
  })
  const sent = (error: Error | null) => {
    if (error && !closed) onError(error)
  }
  return {
    local: { address, port },
    send(bytes, to) {
      if (closed) return
      try {
        if (peer) socket.send(bytes, sent)
        else socket.send(bytes, to.port, to.address, sent)
      } catch (error) {
        onError(error instanceof Error ? error : new Error(String(error)))
      }
    },
    close() {
      if (closed) return
      closed = true
      socket.close()
    },
  }
}

function openError(error: unknown, { address, port }: Endpoint): KairosError {
  const translated = translateError(error, `Cannot open UDP port ${port} of ${address}`, 'network/start-failed')
  if (translated.code !== 'input/not-permitted' || port >= 1024) return translated
  return new KairosError(translated.code, translated.message, {
    hint: 'Ports below 1024 need the right cap_net_bind_service. Run with sudo; auroraboot doctor says how to go without.',
    cause: error,
  })
}

function bind(socket: Socket, { address, port }: Endpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off('error', reject)
      resolve()
    })
  })
}

function connect(socket: Socket, peer: Endpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    // Node reports a failed connect to its callback, as the types do not say.
    socket.connect(peer.port, peer.address, (error?: Error) => (error ? reject(error) : resolve()))
  })
}
