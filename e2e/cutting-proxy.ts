import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SeenRequest {
  readonly path: string
  readonly range: string | undefined
  readonly authorization: string | undefined
}

export interface BreakingProxy extends AsyncDisposable {
  readonly host: string
  /** What was asked for, in order. */
  readonly seen: SeenRequest[]
}

export interface ProxyPlan {
  /** Cut the first answer whose path matches, after so many bytes. */
  readonly cut?: { readonly path: RegExp; readonly after: number }
  /** Turn the first byte of every answer whose path matches. */
  readonly damage?: RegExp
}

/** A reverse proxy in front of a registry that breaks what passes, and remembers what was asked for. */
export async function startProxy(target: string, plan: ProxyPlan = {}): Promise<BreakingProxy> {
  const seen: SeenRequest[] = []
  let hasCut = false
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/'
    seen.push({ path, range: incoming.headers.range, authorization: incoming.headers.authorization })
    const headers = { ...incoming.headers, host: target, connection: 'close' }
    const forwarded = request({
      host: '127.0.0.1',
      port: Number(target.split(':')[1]),
      path,
      method: incoming.method,
      headers,
    })
    forwarded.on('response', (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers)
      const after = plan.cut?.path.test(path) && !hasCut ? plan.cut.after : Number.POSITIVE_INFINITY
      const isDamaged = plan.damage?.test(path) ?? false
      let sent = 0
      response.on('data', (chunk: Buffer) => {
        if (isDamaged && sent === 0) chunk[0] = (chunk[0] ?? 0) ^ 0xff
        sent += chunk.length
        if (sent < after) {
          outgoing.write(chunk)
          return
        }
        hasCut = true
        response.destroy()
        outgoing.write(chunk.subarray(0, chunk.length - (sent - after)), () => outgoing.destroy())
      })
      response.on('end', () => outgoing.end())
      response.on('error', () => outgoing.destroy())
    })
    forwarded.on('error', () => outgoing.destroy())
    incoming.pipe(forwarded)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
