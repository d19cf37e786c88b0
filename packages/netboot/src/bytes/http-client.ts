import { checkProxyEnvironment, KairosError, throwIfAborted, urlAuthorization } from '@kairos-sdk/core'
import type { Dispatcher } from 'undici'
import { exchange } from './http-exchange.js'
import { redirectTarget } from './http-redirect.js'

const MAX_REDIRECTS = 10
const DEFAULT_STALLED_AFTER_MS = 30_000
/** A longer body that is not wanted costs more than a new connection. */
const MAX_DISCARDED_BYTES = 16 * 1024

/** How a host proves who it is. */
export interface HostTls {
  /** False accepts any certificate: nobody can tell any more whose host it is. Default true. */
  readonly verify?: boolean | undefined
  /** Authorities to trust instead of the system's, in PEM. */
  readonly ca?: string | undefined
}

export interface HttpClientOptions {
  /**
   * By host, with its port unless that is the scheme's own: `registry.local:5000`. Other hosts are verified as usual.
   */
  readonly tls?: Readonly<Record<string, HostTls>> | undefined
}

export interface HttpRequest {
  readonly url: URL | string
  /** Default `GET`. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | undefined
  /** Sent to the URL's own origin only, not to where it redirects: they may hold credentials. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Sent to every host: ranges and conditions. */
  readonly rangeHeaders?: Readonly<Record<string, string>> | undefined
  readonly body?: string | Uint8Array | undefined
  /** Time without a byte, while one is awaited, after which the server counts as dead. Default 30,000 ms. */
  readonly stalledAfterMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface HttpResponse {
  readonly status: number
  /** By lower-case name. Of a header that came several times, the values with commas between. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Where redirects led. */
  readonly url: URL
  /** Can be read once. Leaving the loop early closes the connection. */
  readonly body: AsyncIterable<Uint8Array, void>
  /** For a body that is not wanted. */
  discard(): void
}

/** Speaks HTTP. One serves a whole program: it keeps connections open for a while and uses them again. */
export interface HttpClient {
  /**
   * Sends a request and follows the redirects of a GET or HEAD, but never from https to http.
   *
   * @throws KairosError `input/http` for a redirect that cannot be followed, `input/unreachable`, `argument/invalid` for a
   *   proxy in the environment that is none, `aborted`; Node's own errors too, for `translateError`: the caller knows what was
   *   being done
   */
  request(request: HttpRequest): Promise<HttpResponse>
  /** Closes the connections. */
  close(): Promise<void>
}

/**
 * A client that goes through the proxies that the environment names in `http_proxy`, `https_proxy` and `no_proxy` (also in
 * capitals) when it sends its first request.
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const dispatchers = new Map<string, Promise<Dispatcher>>()
  const dispatcherOf = ({ host }: URL): Promise<Dispatcher> => {
    const tls = options.tls?.[host]
    const key = tls ? host : ''
    let dispatcher = dispatchers.get(key)
    if (!dispatcher) {
      checkProxyEnvironment()
      dispatcher = openDispatcher(tls)
      dispatchers.set(key, dispatcher)
    }
    return dispatcher
  }
  return {
    request: (request) => follow(request, dispatcherOf),
    async close() {
      const open = [...dispatchers.values()]
      dispatchers.clear()
      for (const dispatcher of open) await (await dispatcher).destroy()
    },
  }
}

let shared: HttpClient | undefined

/** The client of those who name none. */
export function defaultHttpClient(): HttpClient {
  shared ??= createHttpClient()
  return shared
}

async function openDispatcher(tls: HostTls | undefined): Promise<Dispatcher> {
  // Loaded when it is needed: most commands never speak HTTP, and it is large.
  const { EnvHttpProxyAgent } = await import('undici')
  const connect = tls && { rejectUnauthorized: tls.verify ?? true, ...(tls.ca !== undefined && { ca: tls.ca }) }
  return new EnvHttpProxyAgent({
    // One file at a time is what we fetch: HTTP/2 would only slow it down.
    allowH2: false,
    // `stalledAfterMs` watches both.
    headersTimeout: 0,
    bodyTimeout: 0,
    ...(connect && { connect, requestTls: connect }),
  })
}

async function follow(request: HttpRequest, dispatcherOf: (url: URL) => Promise<Dispatcher>): Promise<HttpResponse> {
  const method = request.method ?? 'GET'
  const start = new URL(request.url)
  let current = start
  for (let redirects = 0; ; redirects++) {
    const own = current.origin === start.origin ? { ...urlAuthorization(start), ...request.headers } : {}
    const response = await send(await dispatcherOf(current), current, method, own, request)
    const target = method === 'POST' ? undefined : redirectTarget(response)
    if (target === undefined) return response
    response.discard()
    if (redirects === MAX_REDIRECTS) {
      throw new KairosError('input/http', `At most ${MAX_REDIRECTS} redirects expected, more found.`)
    }
    current = target
  }
}

async function send(
  dispatcher: Dispatcher,
  url: URL,
  method: 'GET' | 'HEAD' | 'POST',
  headers: Readonly<Record<string, string>>,
  request: HttpRequest,
): Promise<HttpResponse> {
  const { signal, stalledAfterMs = DEFAULT_STALLED_AFTER_MS } = request
  throwIfAborted(signal, `Cannot read ${url.host}`)
  const asked = {
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method,
    // A server that compresses would number the bytes of the compressed file.
    headers: { ...headers, 'accept-encoding': 'identity', ...request.rangeHeaders },
    body: request.body ?? null,
  }
  const head = await exchange(dispatcher, asked, stalledAfterMs, signal)
  return { ...head, url, discard: () => head.body.discard(MAX_DISCARDED_BYTES) }
}
