import { KairosError, throwIfAborted, translateError } from '@kairos-sdk/core'
import { type ByteSource, checkRange, type ReadOptions } from './byte-source.js'
import { defaultHttpClient, type HttpClient, type HttpResponse } from './http-client.js'

export interface HttpSourceOptions extends ReadOptions {
  /** Sent with every request to the URL's own origin, not to where it redirects. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Default: one that all share, which honours `http_proxy`, `https_proxy` and `no_proxy`. */
  readonly http?: HttpClient | undefined
  /** Time without a byte after which the server counts as dead. Default 30,000 ms. */
  readonly stalledAfterMs?: number | undefined
  /** How often a read that broke off goes on where it was. Default 3. */
  readonly retries?: number | undefined
}

/** The file as it was when it was opened. */
interface RemoteFile {
  readonly size: number
  /** A strong ETag, or the date of the last modification; `undefined` when the server tells neither. */
  readonly validator: string | undefined
  /** Where redirects led. */
  readonly url: URL
}

/**
 * A file behind an HTTP or HTTPS URL whose server answers range requests (RFC 9110 section 14). Only the ranges that are
 * read are transferred. Every read says which version of the file it wants (`If-Range`), so that a file replaced on the
 * server is noticed and not mixed with the old one.
 *
 * @throws KairosError `argument/invalid` for what is not such a URL, `input/http` when the server has no such file or
 *   answers no ranges, `input/unreachable`, `aborted`; reads throw `input/changed` too
 */
export async function httpSource(location: string | URL, options: HttpSourceOptions = {}): Promise<ByteSource> {
  const url = parseUrl(location)
  const name = `${url.origin}${url.pathname}`
  const { retries = 3, http = defaultHttpClient(), headers: own, stalledAfterMs } = options
  const opened = await open(url, name, options)
  let current = opened.url

  /** One request for a range; signed URLs that redirects led to expire, so a refusal sends us back to the start. */
  async function requestRange(offset: number, length: number, signal: AbortSignal | undefined) {
    const rangeHeaders: Record<string, string> = { range: `bytes=${offset}-${offset + length - 1}` }
    if (opened.validator !== undefined) rangeHeaders['if-range'] = opened.validator
    const ask = (place: URL) => {
      const headers = place.origin === url.origin ? own : undefined
      return http.request({ url: place, headers, rangeHeaders, stalledAfterMs, signal })
    }
    let answer = await ask(current)
    if (current.href !== url.href && [401, 403, 404, 410].includes(answer.status)) {
      answer.discard()
      answer = await ask(url)
    }
    current = answer.url
    checkRangeAnswer(answer, name, opened, offset, length)
    return answer
  }

  async function* chunks(offset: number, length: number, { signal }: ReadOptions): AsyncGenerator<Uint8Array> {
    const end = offset + length
    let failures = 0
    for (let at = offset; at < end; ) {
      throwIfAborted(signal, `Cannot read ${name}`)
      const before = at
      try {
        const answer = await requestRange(at, end - at, signal)
        for await (const chunk of answer.body) {
          if (at + chunk.length > end) throw new KairosError('input/http', `${name}: more bytes than asked for found.`)
          at += chunk.length
          yield chunk
        }
        if (at < end) throw new KairosError('input/unreachable', `Cannot read ${name}: the connection was cut.`)
      } catch (error) {
        throwIfAborted(signal, `Cannot read ${name}`)
        const known = translateError(error, `Cannot read ${name}`, 'input/unreachable')
        // A read that moved on starts counting afresh: a long download may lose its connection many times.
        failures = at > before ? 1 : failures + 1
        if (known.code !== 'input/unreachable' || failures > retries) throw known
      }
    }
  }

  const source = {
    name,
    size: opened.size,
    read(offset: number, length: number, read: ReadOptions = {}): AsyncIterable<Uint8Array> {
      checkRange(source, offset, length)
      return chunks(offset, length, { signal: read.signal })
    },
  }
  return source
}

function parseUrl(location: string | URL): URL {
  const text = String(location)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new KairosError('argument/invalid', 'An http or https URL expected, another text found.', {
    hint: 'Write it as https://host/path.',
  })
}

async function open(url: URL, name: string, options: HttpSourceOptions): Promise<RemoteFile> {
  const { signal, headers, stalledAfterMs, http = defaultHttpClient() } = options
  throwIfAborted(signal, `Cannot open ${name}`)
  try {
    // Not HEAD: servers of signed URLs refuse it, and a range of one byte shows whether ranges work.
    const rangeHeaders = { range: 'bytes=0-0' }
    const response = await http.request({ url, headers, rangeHeaders, stalledAfterMs, signal })
    response.discard()
    const found = /^bytes (?:0-0|\*)\/(\d+)$/.exec(response.headers['content-range'] ?? '')
    const size = Number(found?.[1])
    const empty = response.status === 416 && size === 0
    if ((response.status !== 206 && !empty) || !Number.isSafeInteger(size)) throw unexpectedAnswer(response, name)
    const { etag, 'last-modified': lastModified } = response.headers
    // A weak ETag must not be used with If-Range (RFC 9110 section 13.1.5).
    const validator = etag !== undefined && !etag.startsWith('W/') ? etag : lastModified
    return { size, validator, url: response.url }
  } catch (error) {
    throwIfAborted(signal, `Cannot open ${name}`)
    throw translateError(error, `Cannot open ${name}`, 'input/unreachable')
  }
}

function unexpectedAnswer(response: HttpResponse, name: string): KairosError {
  if (response.status === 200) {
    return new KairosError('input/http', `${name}: a part of the file expected, all of it found.`, {
      hint: 'The server answers no range requests. Download the file and name the copy.',
    })
  }
  if (response.status === 206) {
    return new KairosError('input/http', `${name}: a Content-Range with the size expected, none found.`)
  }
  return new KairosError('input/http', `${name}: the server answered ${response.status}.`, {
    hint: 'Check the URL, and that this file may be read.',
  })
}

function checkRangeAnswer(
  response: HttpResponse,
  name: string,
  opened: RemoteFile,
  offset: number,
  length: number,
): void {
  const { status, headers } = response
  const changed = (found: string) => {
    response.discard()
    return new KairosError('input/changed', `${name}: the file that was opened expected, ${found} found.`, {
      hint: 'The file on the server was replaced. Start again.',
    })
  }
  // With If-Range a server that has another version sends all of that.
  if (status === 200 && opened.validator !== undefined) throw changed('another version')
  if (status === 416) throw changed('a shorter one')
  if (status !== 206) {
    response.discard()
    if (status >= 500) {
      throw new KairosError('input/unreachable', `${name}: the server answered ${status}.`, {
        hint: 'The server is in trouble. Try again later.',
      })
    }
    throw unexpectedAnswer(response, name)
  }
  const range = headers['content-range'] ?? ''
  if (range === `bytes ${offset}-${offset + length - 1}/${opened.size}`) return
  if (/^bytes \d+-\d+\/\d+$/.test(range) && !range.endsWith(`/${opened.size}`)) throw changed('one of another size')
  response.discard()
  throw new KairosError(
    'input/http',
    `${name}: bytes ${offset}-${offset + length - 1}/${opened.size} expected, ${range || 'no Content-Range'} found.`,
  )
}
