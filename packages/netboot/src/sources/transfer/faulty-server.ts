import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a server has under a path. Tests change it while it is served. */
export interface ServedFile {
  content: Uint8Array
  etag?: string | undefined
  modified?: string | undefined
  /** Default true. */
  ranges?: boolean
}

/** What goes wrong with one answer. */
export type Fault =
  /** The connection ends after so many bytes of the body. */
  | { readonly cutAfter: number }
  /** Nothing comes any more after so many bytes of the body; `undefined` also withholds the head. */
  | { readonly silentAfter: number | undefined }
  /** Another status, without the file. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** A Content-Length that is not that of the body. */
  | { readonly declare: number }
  /** The body in chunks, without a Content-Length. */
  | { readonly undeclared: true }

export interface SeenRequest {
  readonly path: string
  readonly method: string
  readonly headers: IncomingHttpHeaders
}

/** A server of files for tests, which misbehaves as it is told. */
export interface FaultyServer {
  /** Without a slash at the end. */
  readonly url: string
  readonly files: Map<string, ServedFile>
  /** For the answers to come, one for each; `undefined` for a good one. */
  readonly faults: (Fault | undefined)[]
  readonly requests: SeenRequest[]
  /** Called before a piece of a body is sent, with how many bytes of it were. The piece waits for what it returns. */
  beforePiece: ((sent: number, path: string) => Promise<void> | void) | undefined
  /** Looks at a request first; true when it has answered it. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined
  stop(): Promise<void>
}

const PIECE_BYTES = 64 * 1024

export async function startFaultyServer(): Promise<FaultyServer> {
  const http = createServer((request, response) => {
    server.requests.push({ path: request.url ?? '', method: request.method ?? '', headers: request.headers })
    if (server.intercept?.(request, response)) return
    answer(server, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const server: FaultyServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    files: new Map(),
    faults: [],
    requests: [],
    beforePiece: undefined,
    intercept: undefined,
    async stop() {
      const closed = new Promise((resolve) => http.close(resolve))
      http.closeAllConnections()
      await closed
    },
  }
  return server
}

async function answer(server: FaultyServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = decodeURIComponent(new URL(request.url ?? '/', server.url).pathname)
  const file = server.files.get(path)
  const fault = file && server.faults.shift()
  if (!file) return void response.writeHead(404).end('not found')
  if (fault && 'status' in fault) return void response.writeHead(fault.status, fault.headers).end('an error page')
  if (fault && 'silentAfter' in fault && fault.silentAfter === undefined) return
  const { content, etag, modified } = file
  if (etag !== undefined) response.setHeader('etag', etag)
  if (modified !== undefined) response.setHeader('last-modified', modified)
  const { 'if-none-match': ifNoneMatch, 'if-modified-since': ifModifiedSince } = request.headers
  if (
    (ifNoneMatch !== undefined && ifNoneMatch === etag) ||
    (ifModifiedSince !== undefined && ifModifiedSince === modified)
  ) {
    return void response.writeHead(304).end()
  }
  const first = wantedOffset(request, file)
  if (first >= content.length && first > 0) {
    return void response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end()
  }
  const body = content.subarray(first)
  const length = fault && 'declare' in fault ? fault.declare : body.length
  const headers: Record<string, string | number> = fault && 'undeclared' in fault ? {} : { 'content-length': length }
  if (first > 0) headers['content-range'] = `bytes ${first}-${content.length - 1}/${content.length}`
  response.writeHead(first > 0 ? 206 : 200, headers)
  await send(server, path, response, body, fault)
}

/** Where the answer begins: at 0 for all of the file. */
function wantedOffset({ headers }: IncomingMessage, { ranges = true, etag, modified }: ServedFile): number {
  const [, first = '0'] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? []
  const condition = headers['if-range']
  const same = condition === undefined || condition === etag || condition === modified
  return ranges && same ? Number(first) : 0
}

async function send(
  server: FaultyServer,
  path: string,
  response: ServerResponse,
  body: Uint8Array,
  fault: Fault | undefined,
): Promise<void> {
  const stopAt =
    fault && 'cutAfter' in fault ? fault.cutAfter : fault && 'silentAfter' in fault ? fault.silentAfter : undefined
  const end = Math.min(body.length, stopAt ?? body.length)
  // Otherwise an answer without a body would withhold its head too.
  response.flushHeaders()
  for (let at = 0; at < end; ) {
    await server.beforePiece?.(at, path)
    const piece = body.subarray(at, Math.min(end, at + PIECE_BYTES))
    at += piece.length
    await new Promise<void>((resolve, reject) => {
      response.once('close', () => reject(new Error('the client went away')))
      response.write(piece, (error) => (error ? reject(error) : resolve()))
    })
    response.removeAllListeners('close')
  }
  if (stopAt === undefined) response.end()
  else if (fault && 'cutAfter' in fault) response.destroy()
}
