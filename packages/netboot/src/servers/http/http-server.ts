import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type KairosError, translateError } from '@kairos-sdk/core'
import type { ByteSource } from '../../bytes/byte-source.js'
import { type Clock, monotonicClock } from '../clock.js'
import type { Endpoint } from '../datagram-socket.js'
import { createEventStream, type Unsubscribe } from '../event-stream.js'
import { type Logger, silentLogger } from '../logger.js'
import { checkValidators, evaluateConditions, rangeApplies } from './conditions.js'
import { createConnections } from './connections.js'
import { attachment } from './content-disposition.js'
import type { HttpEvent, HttpRefusalReason } from './http-events.js'
import { openError } from './open-error.js'
import { parseRange } from './range.js'
import {
  createRegistry,
  type HttpAnswer,
  type HttpHandler,
  type PublishOptions,
  type RegisterOptions,
  type Registration,
} from './registry.js'
import { parseRequestTarget } from './request-path.js'
import { sendContent } from './send-content.js'

export interface HttpServerInit {
  /** Own address to listen on. Default `0.0.0.0`. */
  readonly address?: string | undefined
  /** Default 8090; 0 for a free one. */
  readonly port?: number | undefined
  /** Connections at the same time; more are closed at once. Default 2,048. */
  readonly maxConnections?: number | undefined
  /** Those of one address; more are closed at once. Default 256. */
  readonly maxConnectionsPerAddress?: number | undefined
  /** A connection on which nothing moves for this long is closed. Default 60,000 ms. */
  readonly idleTimeoutMs?: number | undefined
  /** Time for a request to arrive. Default 15,000 ms. */
  readonly requestTimeoutMs?: number | undefined
  /** Default: nothing is said. */
  readonly logger?: Logger | undefined
  readonly clock?: Clock | undefined
}

/** A file on its way to a client. */
export interface HttpTransfer {
  readonly name: string
  readonly machine: string | undefined
  readonly client: Endpoint
  readonly done: number
  readonly total: number
}

export interface HttpServer {
  /**
   * Opens the port.
   *
   * @throws KairosError `network/address-in-use`, `input/not-permitted`, `network/start-failed`
   */
  start(): Promise<void>
  /** Takes no more requests, and gives those under way `graceMs` (default 0) to end before it breaks them off. */
  stop(options?: { readonly graceMs?: number }): Promise<void>
  /** Tells a listener of every event from now on. */
  on(listener: (event: HttpEvent) => void): Unsubscribe
  /**
   * Makes a source reachable under a name that nobody can guess.
   *
   * @throws KairosError `argument/invalid` for a name that a URL cannot have
   */
  register(source: ByteSource, options: RegisterOptions): Registration
  /** The same for an answer that is made up when it is asked for. */
  handle(options: RegisterOptions, handler: HttpHandler): Registration
  /**
   * An answer under a path that everybody knows, such as `/healthz`, written as in a URL (`/machines/a%20b.iso`). Takes the
   * place of what is there; the result takes it back. What is made up each time is kept by nobody, unless the answer has
   * validators.
   *
   * @throws KairosError `argument/invalid` for a path that a URL cannot have
   */
  route(path: string, handler: HttpHandler): () => void
  /**
   * Makes a source reachable under a path that everybody knows, such as `/kairos.iso`; otherwise as `route`. In parts, and not
   * again to who has it.
   *
   * @throws KairosError `argument/invalid` for a path that a URL cannot have, for validators that are none
   */
  publish(path: string, source: ByteSource, options?: PublishOptions): () => void
  /** What is being sent. */
  transfers(): readonly HttpTransfer[]
  /** The port it listens on; `undefined` while it does not. */
  readonly port: number | undefined
}

const STATUS: Readonly<Record<HttpRefusalReason, number>> = {
  'not-found': 404,
  method: 405,
  malformed: 400,
  range: 416,
}
const MAX_HEADER_BYTES = 8 * 1024
const KEEP_ALIVE_MS = 10_000

/**
 * An HTTP server (RFC 9110) of what is registered or published, and nothing else: no directories, no lists, no paths of a
 * disk. Answers GET and HEAD, ranges, and conditional requests.
 */
export function createHttpServer(init: HttpServerInit = {}): HttpServer {
  const { address = '0.0.0.0', port = 8090, logger = silentLogger, clock = monotonicClock } = init
  const events = createEventStream<HttpEvent>(logger)
  const registry = createRegistry()
  const transfers = new Set<HttpTransfer & { done: number }>()
  const stalled = new WeakSet<Socket>()
  const connections = createConnections(init.maxConnectionsPerAddress ?? 256)
  let server: Server | undefined

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const client = endpointOf(request.socket)
    // A connection that breaks is told by the transfer; without a listener it would end the process.
    response.on('error', () => {})
    if (!(await connections.turn(request.socket, response))) return
    response.once('finish', () => {
      // Who waits for the next request would keep a server that stops waiting.
      if (!server) request.socket.end()
    })
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      refuse(response, client, 'method')
      return
    }
    const target = parseRequestTarget(request.url ?? '')
    if (!target) {
      refuse(response, client, 'malformed')
      return
    }
    const entry = registry.find(target.path)
    const { name = '', machine } = entry ?? {}
    const about = { client, name, machine }
    const startedMs = clock.now()
    try {
      const localAddress = plainAddress(request.socket.localAddress)
      const answer = await entry?.answer({ client, localAddress, query: target.query })
      if (!entry || !answer) {
        refuse(response, client, 'not-found')
        return
      }
      events.emit({ type: 'request', ...about, method: request.method })
      response.setHeader('content-type', answer.contentType)
      if (answer.saveAs !== undefined) response.setHeader('content-disposition', attachment(answer.saveAs))
      await reply(request, response, answer, about, startedMs)
    } catch (error) {
      fail(response, about, 0, startedMs, error)
    }
  }

  async function reply(
    request: IncomingMessage,
    response: ServerResponse,
    { source, status = 200, ...answer }: HttpAnswer,
    about: Pick<HttpTransfer, 'client' | 'name' | 'machine'>,
    startedMs: number,
  ): Promise<void> {
    const method = request.method === 'HEAD' ? 'HEAD' : 'GET'
    const { size } = source
    const sent = (told: number, offset: number, bytes: number) => {
      const ms = clock.now() - startedMs
      if (method === 'GET' && told < 300) log('info', `Sent file "${about.name}"`, about.client)
      events.emit({ type: 'sent', ...about, method, status: told, offset, bytes, size, ms })
    }
    const close = (told: number) => {
      response.writeHead(told).end()
      sent(told, 0, 0)
    }
    const validators = answer.validators && status === 200 ? checkValidators(answer.validators) : undefined
    if (validators) {
      response.setHeader('accept-ranges', 'bytes')
      response.setHeader('etag', validators.etag)
      response.setHeader('last-modified', validators.modified.toUTCString())
      const outcome = evaluateConditions(request.headers, validators)
      if (outcome === 'not-modified') return close(304)
      if (outcome === 'precondition-failed') return close(412)
    } else response.setHeader('cache-control', 'no-store')

    // Ranges are for GET only (RFC 9110 section 14.2).
    const wanted = validators && method === 'GET' && rangeApplies(ifRangeOf(request), validators)
    const range = wanted ? parseRange(request.headers.range, size) : undefined
    if (range === 'unsatisfiable') {
      response.setHeader('content-range', `bytes */${size}`)
      refuse(response, about.client, 'range')
      return
    }
    const { offset, length } = range ?? { offset: 0, length: size }
    response.setHeader('content-length', length)
    if (range) response.setHeader('content-range', `bytes ${offset}-${offset + length - 1}/${size}`)
    if (method === 'HEAD' || length === 0) return close(status)

    const transfer = { ...about, done: 0, total: length }
    transfers.add(transfer)
    try {
      await sendContent({
        response,
        source,
        range: { offset, length },
        begin: () => void response.writeHead(range ? 206 : status),
        whyGone: () =>
          stalled.has(request.socket) ? 'The client stopped reading.' : 'The client closed the connection.',
        onBytes: (count) => {
          transfer.done += count
        },
      })
      sent(response.statusCode, offset, length)
    } catch (error) {
      fail(response, about, transfer.done, startedMs, error)
    } finally {
      transfers.delete(transfer)
    }
  }

  function refuse(response: ServerResponse, client: Endpoint, reason: HttpRefusalReason): void {
    const status = STATUS[reason]
    const body = `${status}\n`
    response.writeHead(status, { 'content-type': 'text/plain', 'content-length': body.length }).end(body)
    log('info', `Refused a request: ${reason},`, client)
    events.emit({ type: 'refused', client, reason, status })
  }

  function fail(
    response: ServerResponse,
    about: Pick<HttpTransfer, 'client' | 'name' | 'machine'>,
    bytes: number,
    startedMs: number,
    error: unknown,
  ): void {
    const failure: KairosError = translateError(error, `Cannot send "${about.name}"`)
    // Half of a file must not look like a whole one.
    if (response.headersSent) response.destroy()
    else {
      for (const header of response.getHeaderNames()) response.removeHeader(header)
      response.writeHead(500, { connection: 'close', 'content-length': 0 }).end()
    }
    log('warn', `Could not send "${about.name}" (${failure.message})`, about.client)
    events.emit({ type: 'failed', ...about, bytes, ms: clock.now() - startedMs, error: failure })
  }

  function log(level: 'info' | 'warn', what: string, { address: to, port: at }: Endpoint): void {
    logger[level](`HTTP: ${what} to ${to}:${at}`)
  }

  function onClientError(error: NodeJS.ErrnoException, socket: Socket): void {
    if (error.code === 'ECONNRESET' || !socket.writable || connections.answering(socket)) {
      socket.destroy()
      return
    }
    const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
    socket.end(`HTTP/1.1 ${late ? '408 Request Timeout' : '400 Bad Request'}\r\nConnection: close\r\n\r\n`)
    const client = endpointOf(socket)
    log('info', 'Refused what is not HTTP,', client)
    events.emit({ type: 'refused', client, reason: 'malformed', status: late ? 408 : 400 })
  }

  return {
    async start() {
      if (server) return
      const { requestTimeoutMs = 15_000 } = init
      const opened = createServer(
        {
          maxHeaderSize: MAX_HEADER_BYTES,
          headersTimeout: requestTimeoutMs,
          requestTimeout: requestTimeoutMs,
          connectionsCheckingInterval: Math.max(1, Math.floor(requestTimeoutMs / 5)),
          keepAliveTimeout: KEEP_ALIVE_MS,
          noDelay: true,
        },
        (request, response) => void receive(request, response),
      )
      opened.maxConnections = init.maxConnections ?? 2_048
      opened.timeout = init.idleTimeoutMs ?? 60_000
      opened.on('connection', (socket) => {
        if (connections.admit(socket)) return
        log('info', 'Too many connections: closed another one,', endpointOf(socket))
        socket.destroy()
      })
      opened.on('clientError', onClientError)
      opened.on('timeout', (socket) => {
        stalled.add(socket)
        socket.destroy()
      })
      await new Promise<void>((resolve, reject) => {
        opened.once('error', (error) => reject(openError(error, address, port)))
        opened.listen({ host: address, port, backlog: 1_024 }, resolve)
      })
      opened.on('error', (error) => logger.warn(`HTTP: ${translateError(error, 'Cannot accept').message}`))
      server = opened
    },
    async stop({ graceMs = 0 } = {}) {
      const closing = server
      if (!closing) return
      server = undefined
      const closed = new Promise<void>((resolve) => closing.close(() => resolve()))
      closing.closeIdleConnections()
      if (graceMs === 0) closing.closeAllConnections()
      const cancel = clock.after(graceMs, () => closing.closeAllConnections())
      await closed
      cancel()
    },
    on: events.on,
    register: registry.register,
    handle: registry.handle,
    route: registry.route,
    publish: registry.publish,
    transfers: () => [...transfers].map((transfer) => ({ ...transfer })),
    get port() {
      const bound = server?.address()
      return typeof bound === 'object' ? bound?.port : undefined
    },
  }
}

function ifRangeOf({ headers }: IncomingMessage): string | undefined {
  const value = headers['if-range']
  return Array.isArray(value) ? value[0] : value
}

function endpointOf({ remoteAddress, remotePort }: Socket): Endpoint {
  return { address: plainAddress(remoteAddress), port: remotePort ?? 0 }
}

/** Without the prefix that an IPv4 address has on an IPv6 socket. */
function plainAddress(address = ''): string {
  return address.replace(/^::ffff:/i, '')
}
