import { readFile } from 'node:fs/promises'
import { type IncomingMessage, type RequestOptions, request } from 'node:http'
import { request as requestTls } from 'node:https'
import { join } from 'node:path'
import type { EngineAddress } from './engine-address.js'

/** Engines answer at once, also when they have to prepare what they send. */
const ANSWER_WITHIN_MS = 60_000

/**
 * Sends a GET to an engine. Errors are Node's own: the caller knows what was being done.
 *
 * @param path - with its query
 */
export async function engineRequest(
  { target }: EngineAddress,
  path: string,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  // Each request a connection of its own: there are few, and nothing stays open behind us.
  const common: RequestOptions = { path, agent: false, headers: { host: 'docker' }, ...(signal && { signal }) }
  if (target.kind === 'socket') return send(request, { ...common, socketPath: target.path })
  const place = { ...common, hostname: target.hostname, port: target.port }
  if (target.certificates === undefined) return send(request, place)
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFile(join(target.certificates ?? '', name))),
  )
  return send(requestTls, { ...place, ca, cert, key } as RequestOptions)
}

function send(start: typeof request, options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = start(options)
    const late = setTimeout(() => {
      sent.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }))
    }, ANSWER_WITHIN_MS)
    sent.once('response', (response) => {
      clearTimeout(late)
      resolve(response)
    })
    sent.on('error', (error) => {
      clearTimeout(late)
      reject(error)
    })
    sent.end()
  })
}
