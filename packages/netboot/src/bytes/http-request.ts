import { type Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { KairosError } from '@kairos-sdk/core'

const MAX_REDIRECTS = 10
const REDIRECTS = new Set([301, 302, 303, 307, 308])

export interface RequestOptions {
  readonly rangeHeaders: Readonly<Record<string, string>>
  /** Sent to `origin` only. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly origin: string
  readonly agent?: Agent | undefined
  readonly stalledAfterMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Answer {
  readonly response: IncomingMessage
  /** Where redirects led. */
  readonly url: URL
  /** The body; a server that stays silent for too long while it is awaited ends it with an error. */
  body(): AsyncGenerator<Uint8Array>
}

/**
 * A GET that follows redirects. Errors are Node's own or KairosErrors: the caller knows what was being done.
 */
export async function request(url: URL, options: RequestOptions): Promise<Answer> {
  const stalledAfterMs = options.stalledAfterMs ?? 30_000
  let current = url
  for (let redirects = 0; ; redirects++) {
    const response = await send(current, options, stalledAfterMs)
    const { location } = response.headers
    if (!REDIRECTS.has(response.statusCode ?? 0) || location === undefined) {
      return { response, url: current, body: () => body(response, stalledAfterMs) }
    }
    response.destroy()
    if (redirects === MAX_REDIRECTS) {
      throw new KairosError('input/http', `At most ${MAX_REDIRECTS} redirects expected, more found.`)
    }
    current = redirected(current, location)
  }
}

function redirected(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  const secure = from.protocol === 'https:'
  if (to?.protocol === 'https:' || (to?.protocol === 'http:' && !secure)) return to
  const expected = secure ? 'an https URL' : 'an http or https URL'
  throw new KairosError('input/http', `A redirect to ${expected} expected, another found.`)
}

function send(url: URL, options: RequestOptions, stalledAfterMs: number): Promise<IncomingMessage> {
  const { agent, signal, rangeHeaders, origin } = options
  // A server that compresses would number the bytes of the compressed file.
  const own = url.origin === origin ? options.headers : undefined
  const headers = { ...own, 'accept-encoding': 'identity', ...rangeHeaders }
  return new Promise((resolve, reject) => {
    const start = url.protocol === 'https:' ? httpsRequest : httpRequest
    const sent = start(url, { headers, ...(agent && { agent }), ...(signal && { signal }) })
    const stalled = setTimeout(() => sent.destroy(timedOut()), stalledAfterMs)
    sent.once('response', (response) => {
      clearTimeout(stalled)
      resolve(response)
    })
    sent.on('error', (error) => {
      clearTimeout(stalled)
      reject(error)
    })
    sent.end()
  })
}

async function* body(response: IncomingMessage, stalledAfterMs: number): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = response[Symbol.asyncIterator]()
  try {
    for (;;) {
      // The clock runs only while we wait: a slow consumer is not a stalled server.
      const stalled = setTimeout(() => response.destroy(timedOut()), stalledAfterMs)
      const { value, done } = await chunks.next().finally(() => clearTimeout(stalled))
      if (done) return
      yield value
    }
  } finally {
    response.destroy()
  }
}

function timedOut(): Error {
  return Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })
}
