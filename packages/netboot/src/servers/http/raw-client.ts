import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'

/** A connection that sends what no HTTP client would, for tests. */
export async function rawConnection(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port })
  await once(socket, 'connect')
  return socket
}

/** Sends a request line and headers as they stand; the status line and all the rest until the server closes. */
export async function rawRequest(port: number, target: string, method = 'GET'): Promise<string> {
  const socket = await rawConnection(port)
  socket.write(`${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  return text(socket)
}
