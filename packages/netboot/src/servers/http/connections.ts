import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Requests that may wait behind the one that is answered: no client of ours sends any ahead. */
const MAX_WAITING = 16

/** The connections of a server, so that no client takes more than its part. */
export interface Connections {
  /** Counts a connection until it is closed. False when its client has as many as it may. */
  admit(socket: Socket): boolean
  /**
   * Waits for the answers of what came before on its connection (pipelining, RFC 9112 section 9.3.2): Node hands over all
   * requests at once, and each would hold a file and a buffer. False when the client is gone, or sent too many: it is cut off.
   */
  turn(socket: Socket, response: ServerResponse): Promise<boolean>
  /** True while an answer is on its way, into which nothing else may be written. */
  answering(socket: Socket): boolean
}

export function createConnections(maxPerAddress: number): Connections {
  const perAddress = new Map<string, number>()
  const current = new WeakMap<Socket, ServerResponse>()
  const waiting = new WeakMap<Socket, number>()

  return {
    admit(socket) {
      const address = socket.remoteAddress ?? ''
      const count = perAddress.get(address) ?? 0
      if (count >= maxPerAddress) return false
      perAddress.set(address, count + 1)
      socket.once('close', () => {
        const left = (perAddress.get(address) ?? 1) - 1
        if (left > 0) perAddress.set(address, left)
        else perAddress.delete(address)
      })
      return true
    },
    async turn(socket, response) {
      if (!response.socket) {
        const before = waiting.get(socket) ?? 0
        if (before === MAX_WAITING) {
          socket.destroy()
          return false
        }
        waiting.set(socket, before + 1)
        await new Promise<void>((resolve) => {
          response.once('socket', () => resolve()).once('close', resolve)
        })
        waiting.set(socket, (waiting.get(socket) ?? 1) - 1)
      }
      if (socket.destroyed) return false
      current.set(socket, response)
      return true
    },
    answering(socket) {
      const response = current.get(socket)
      return response?.headersSent === true && !response.writableFinished
    },
  }
}
