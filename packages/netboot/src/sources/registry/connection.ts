import { KairosError, throwIfAborted, translateError } from '@kairos-sdk/core'
import { createHttpClient, type HttpClient } from '../../bytes/index.js'
import { type InsecureRegistries, isInsecureAllowed } from './insecure-registries.js'

export interface ConnectOptions {
  readonly insecureRegistries?: InsecureRegistries | undefined
  readonly http: HttpClient
  readonly signal?: AbortSignal | undefined
}

/** A registry that answers, and how it is spoken to. */
export interface RegistryConnection extends AsyncDisposable {
  /** `https://quay.io` */
  readonly origin: string
  /** The client for a host: for one that may be insecure it verifies no certificates. */
  http(url: URL): HttpClient
}

/** The API of Docker Hub is not where its images are named after. */
const API_HOSTS: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' }

/**
 * Finds out how a registry can be spoken to. Insecure ones, where they are allowed, are tried like Docker does: TLS,
 * then TLS without looking at the certificate, then plain HTTP. Everybody else only with TLS.
 *
 * @throws KairosError `registry/insecure` (says which setting would help), `input/unreachable`, `aborted`
 */
export async function connectRegistry(registry: string, options: ConnectOptions): Promise<RegistryConnection> {
  const host = API_HOSTS[registry] ?? registry
  const isAllowed = isInsecureAllowed(registry, options.insecureRegistries)
  const unverified = new Map<string, HttpClient>()
  const unverifiedClient = (of: string) => {
    const client = unverified.get(of) ?? createHttpClient({ tls: { [of]: { verify: false } } })
    unverified.set(of, client)
    return client
  }
  const close = async () => {
    for (const client of unverified.values()) await client.close()
  }
  const doing = `Cannot reach ${registry}`
  let first: unknown
  for (const way of isAllowed ? (['verified', 'unverified', 'plain'] as const) : (['verified'] as const)) {
    const origin = `${way === 'plain' ? 'http' : 'https'}://${host}`
    const client = way === 'unverified' ? unverifiedClient(host) : options.http
    try {
      await ping(client, `${origin}/v2/`, options.signal)
      const isOther = (of: string) =>
        of !== host && way !== 'verified' && isInsecureAllowed(of, options.insecureRegistries)
      const http = (url: URL) => {
        if (url.host === host && way === 'unverified') return unverifiedClient(host)
        return isOther(url.host) ? unverifiedClient(url.host) : options.http
      }
      return { origin, http, [Symbol.asyncDispose]: close }
    } catch (error) {
      if (options.signal?.aborted) {
        await close()
        throwIfAborted(options.signal, doing)
      }
      first ??= error
      if (way === 'verified' && !isAllowed) throw failure(error, registry, doing)
    }
  }
  await close()
  throw translateError(first, doing, 'input/unreachable')
}

/** Any answer will do: what it says is seen when something is asked for. */
async function ping(client: HttpClient, url: string, signal: AbortSignal | undefined): Promise<void> {
  const response = await client.request({ url, signal })
  response.discard()
}

function failure(error: unknown, registry: string, doing: string): KairosError {
  const found = insecurityOf(error)
  if (found === undefined) return translateError(error, doing, 'input/unreachable')
  return new KairosError(
    'registry/insecure',
    `${registry}: TLS with a certificate that can be verified expected, ${found} found.`,
    {
      hint: `If you trust the network up to this registry, allow it: --allow-insecure-registries, or in a configuration allow-insecure-registries: ["${registry}"]. Where it has an authority of its own, name that in NODE_EXTRA_CA_CERTS instead.`,
      cause: error,
    },
  )
}

/** What is wrong with the registry's TLS, if that is what is wrong. */
function insecurityOf(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code = 'code' in at ? String(at.code) : ''
    if (/WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST|UNEXPECTED_MESSAGE|^EPROTO$/.test(code)) return 'no TLS'
    if (/SELF_SIGNED/.test(code)) return 'a self-signed one'
    if (/ALTNAME/.test(code)) return 'one for another host'
    if (/CERT_HAS_EXPIRED/.test(code)) return 'an expired one'
    if (/CERT|VERIFY/.test(code)) return 'another'
  }
  return undefined
}
