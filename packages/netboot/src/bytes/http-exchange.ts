import type { Dispatcher } from 'undici'
import { HttpBody } from './http-body.js'

export interface ExchangeHead {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: HttpBody
}

/**
 * Sends one request over a dispatcher. Once the head of the answer is there, errors come through the body.
 *
 * @returns the head of the answer
 */
export function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  stalledAfterMs: number,
  signal: AbortSignal | undefined,
): Promise<ExchangeHead> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let body: HttpBody | undefined
    let broken: Error | undefined
    const abort = (reason: Error) => {
      broken = reason
      if (controller) controller.abort(reason)
      // Still on its way to the host: the handler below stops it as soon as it gets there.
      else finish(reason)
    }
    const cancel = () => abort(Object.assign(new Error('cancelled'), { name: 'AbortError', cause: signal?.reason }))
    const stalled = setTimeout(
      () => abort(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })),
      stalledAfterMs,
    )
    const finish = (error?: Error) => {
      clearTimeout(stalled)
      signal?.removeEventListener('abort', cancel)
      if (body) body.end(error)
      else if (error) reject(error)
    }
    signal?.addEventListener('abort', cancel, { once: true })
    dispatcher.dispatch(request, {
      onRequestStart(started) {
        controller = started
        if (broken) started.abort(broken)
      },
      onResponseStart(started, status, headers) {
        // 1xx come before the answer itself.
        if (status < 200) return
        clearTimeout(stalled)
        const connection = {
          pause: () => started.pause(),
          resume: () => started.resume(),
          abort,
        }
        body = new HttpBody(connection, stalledAfterMs)
        resolve({ status, headers: joined(headers), body })
      },
      onResponseData: (_, chunk) => body?.push(chunk),
      onResponseEnd: () => finish(),
      onResponseError: (_, error) => finish(broken ?? error),
    })
  })
}

function joined(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string | undefined> {
  const entries = Object.entries(headers)
  return Object.fromEntries(entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]))
}
