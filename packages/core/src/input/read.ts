import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { KairosError, throwIfAborted, translateError } from '../errors/index.js'
import { checkProxyEnvironment } from './proxy-environment.js'
import { redactUrl } from './redact-url.js'
import { urlAuthorization } from './url-authorization.js'

export interface ReadOptions {
  /** Cancels the reading. */
  readonly signal?: AbortSignal | undefined
  /** Most bytes that are taken; more is an error, not a cut. Default 256 MiB: an uncompressed dump of a large screen fits. */
  readonly maxBytes?: number
  /** What `-` stands for. Default: the process's standard input. */
  readonly stdin?: Readable
  /** Time for an HTTP server to give everything, in milliseconds. Default 30,000. */
  readonly httpTimeoutMs?: number
}

const DEFAULT_MAX_BYTES = 256 * 2 ** 20
const DEFAULT_HTTP_TIMEOUT_MS = 30_000

/** True for what {@link readBytes} fetches over the network. */
export function isHttpUrl(location: string): boolean {
  return /^https?:\/\//i.test(location)
}

/**
 * Reads a whole file, `http(s)://` URL (redirects followed, through the proxies that `http_proxy`, `https_proxy` and `no_proxy`
 * name, also in capitals), `file://` URL or, for `-`, standard input.
 *
 * @throws KairosError `input/not-found`, `input/is-a-directory`, `input/not-permitted`, `input/too-large`, `input/http`,
 *   `input/unreachable`, `input/unreadable`, `argument/invalid` (for a proxy that the environment names wrongly), `aborted`
 */
export async function readBytes(location: string, options: ReadOptions = {}): Promise<Uint8Array> {
  const name = describeLocation(location)
  throwIfAborted(options.signal, `Cannot read ${name}`)
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES
  try {
    if (location === '-') return await collect(options.stdin ?? process.stdin, maxBytes, name, options.signal)
    if (isHttpUrl(location)) return await fetchBytes(location, maxBytes, name, options)
    return await readFileBytes(
      location.startsWith('file://') ? fileURLToPath(location) : location,
      maxBytes,
      name,
      options.signal,
    )
  } catch (error) {
    throwIfAborted(options.signal, `Cannot read ${name}`)
    throw translateError(error, `Cannot read ${name}`, 'input/unreadable')
  }
}

/**
 * Reads text as {@link readBytes} reads bytes.
 *
 * @throws KairosError as readBytes, and `input/not-text` for what is not UTF-8
 */
export async function readText(location: string, options: ReadOptions = {}): Promise<string> {
  const bytes = await readBytes(location, options)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new KairosError('input/not-text', `${describeLocation(location)} is not text in UTF-8.`, {
      hint: 'Name a text file, or save it as UTF-8.',
      cause,
    })
  }
}

/** What a location is called in messages: no credentials of a URL, a word for `-`. */
export function describeLocation(location: string): string {
  if (location === '-') return 'standard input'
  if (isHttpUrl(location)) return redactUrl(location)
  return location === '' ? 'a file without a name' : location
}

async function readFileBytes(
  path: string,
  maxBytes: number,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const stats = await stat(path)
  if (stats.size > maxBytes && stats.isFile()) throw tooLarge(name, maxBytes, stats.size)
  // Not readFile: /dev/stdin, a FIFO or a growing file has no size to go by.
  return collect(createReadStream(path), maxBytes, name, signal)
}

async function fetchBytes(url: string, maxBytes: number, name: string, options: ReadOptions): Promise<Uint8Array> {
  const timeout = AbortSignal.timeout(options.httpTimeoutMs ?? DEFAULT_HTTP_TIMEOUT_MS)
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout
  // Loaded when it is needed: most commands never speak HTTP, and it is large.
  const { EnvHttpProxyAgent, fetch } = await import('undici')
  checkProxyEnvironment()
  const dispatcher = new EnvHttpProxyAgent()
  try {
    const target = new URL(url)
    const headers = urlAuthorization(target)
    // `fetch` refuses URLs that have them.
    target.username = ''
    target.password = ''
    const response = await fetch(target, { signal, dispatcher, headers })
    if (!response.ok) {
      await response.body?.cancel()
      throw new KairosError(
        'input/http',
        `${name}: the server answered ${response.status} ${response.statusText}.`.replace(' .', '.'),
        {
          hint: 'Open the URL in a browser to see what is there.',
        },
      )
    }
    return response.body ? await collect(response.body, maxBytes, name, signal) : new Uint8Array()
  } catch (error) {
    if (timeout.aborted && !options.signal?.aborted) {
      throw new KairosError('input/unreachable', `${name}: the server did not answer in time.`, { cause: error })
    }
    throw error
  } finally {
    await dispatcher.destroy()
  }
}

async function collect(
  stream: AsyncIterable<Uint8Array | string>,
  maxBytes: number,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  const aborted = signal && rejectOnAbort(signal)
  try {
    const iterator = stream[Symbol.asyncIterator]()
    for (;;) {
      const next = await (aborted ? Promise.race([iterator.next(), aborted.promise]) : iterator.next())
      if (next.done) break
      const chunk = typeof next.value === 'string' ? Buffer.from(next.value) : next.value
      size += chunk.length
      if (size > maxBytes) {
        await iterator.return?.()
        throw tooLarge(name, maxBytes)
      }
      chunks.push(chunk)
    }
  } finally {
    aborted?.forget()
  }
  return Buffer.concat(chunks)
}

/** A terminal's standard input never ends by itself: waiting for it must end when the signal fires. */
function rejectOnAbort(signal: AbortSignal) {
  const { promise, reject } = Promise.withResolvers<never>()
  const listener = () => reject(signal.reason)
  promise.catch(() => {})
  if (signal.aborted) listener()
  else signal.addEventListener('abort', listener, { once: true })
  return { promise, forget: () => signal.removeEventListener('abort', listener) }
}

function tooLarge(name: string, maxBytes: number, size?: number): KairosError {
  const found = size === undefined ? 'it goes on after that' : `it has ${size.toLocaleString('en')}`
  return new KairosError(
    'input/too-large',
    `${name}: at most ${maxBytes.toLocaleString('en')} bytes expected, ${found}.`,
    {
      hint: 'Is it the right file?',
    },
  )
}
