import { KairosError } from '@kairos-sdk/core'
import type { DatagramSocket, Endpoint, OpenDatagramSocket } from './datagram-socket.js'

export interface AddressHandlers {
  /** @param socket - by which it came, and by which the answer has to leave */
  readonly onMessage: (bytes: Uint8Array, from: Endpoint, socket: DatagramSocket) => void
  readonly onError: (error: Error) => void
}

export interface ListenOnAddressesOptions extends AddressHandlers {
  readonly port: number
  /** Own addresses, `0.0.0.0` for all others. */
  readonly addresses: readonly string[]
  /** Shares the port with sockets of ours that are opened later. Default false. */
  readonly reuse?: boolean
  readonly openSocket: OpenDatagramSocket
}

const ALL_ADDRESSES = '0.0.0.0'

/**
 * Opens a port on all of several own addresses, or on none.
 *
 * A socket on 0.0.0.0 answers from the address that the system chooses, which is another one than was asked where a network
 * is reached by several. UEFI firmware drops such answers; so who is told an address has to find a socket on that very one.
 *
 * @throws KairosError `network/address-in-use`, `input/not-permitted`, `network/start-failed`
 */
export async function listenOnAddresses(options: ListenOnAddressesOptions): Promise<DatagramSocket[]> {
  const { port, reuse = false, openSocket, onMessage, onError } = options
  const addresses = [...new Set(options.addresses)]
  const overlapping = addresses.length > 1 && addresses.includes(ALL_ADDRESSES)
  if (overlapping || reuse) {
    // Sockets that share the port would share it with another program too, and take its packets.
    const taken = await findTaken(port, openSocket)
    if (taken) throw taken
  }
  const opened: DatagramSocket[] = []
  try {
    for (const address of addresses) {
      const socket: DatagramSocket = await openSocket({
        address,
        port,
        reuse: reuse || overlapping,
        onMessage: (bytes, from) => onMessage(bytes, from, socket),
        onError,
      })
      opened.push(socket)
    }
    return opened
  } catch (error) {
    for (const socket of opened) socket.close()
    throw error
  }
}

/** The error of opening a port for oneself alone, when somebody has it. */
export async function findTaken(port: number, openSocket: OpenDatagramSocket): Promise<KairosError | undefined> {
  try {
    const probe = await openSocket({ address: ALL_ADDRESSES, port, onMessage() {}, onError() {} })
    probe.close()
    return undefined
  } catch (error) {
    if (KairosError.is(error, 'network/address-in-use')) return error
    throw error
  }
}
