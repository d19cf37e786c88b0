import { createServer, type IncomingHttpHeaders, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

export interface ForwardProxy {
  readonly url: string
  /** What it was asked for: the host and port of a tunnel, or the URL of a request. */
  readonly asked: string[]
  /** What came with that. */
  readonly heads: IncomingHttpHeaders[]
  /** The status with which tunnels are refused. */
  refusal: number | undefined
  stop(): Promise<void>
}

/** A small HTTP proxy (RFC 9110 sections 7.6 and 9.3.6): forwards requests and opens tunnels. */
export async function startForwardProxy(): Promise<ForwardProxy> {
  const asked: string[] = []
  const heads: IncomingHttpHeaders[] = []
  const proxy = createServer((incoming, response) => {
    asked.push(incoming.url ?? '')
    heads.push(incoming.headers)
    const forwarded = request(incoming.url ?? '', { method: incoming.method, headers: incoming.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    forwarded.on('error', () => response.destroy())
    incoming.pipe(forwarded)
  })
  proxy.on('connect', (incoming, client) => {
    asked.push(incoming.url ?? '')
    heads.push(incoming.headers)
    if (running.refusal !== undefined) {
      client.end(`HTTP/1.1 ${running.refusal} Refused\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    const [host, port] = (incoming.url ?? '').split(':')
    const server = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      server.pipe(client)
      client.pipe(server)
    })
    server.on('error', () => client.destroy())
    client.on('error', () => server.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const running: ForwardProxy = {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    asked,
    heads,
    refusal: undefined,
    async stop() {
      const closed = new Promise((resolve) => proxy.close(resolve))
      proxy.closeAllConnections()
      await closed
    },
  }
  return running
}
