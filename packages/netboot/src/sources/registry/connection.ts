import { KairosError } from '@kairos-sdk/core'
import { createHttpClient, type HttpClient } from '../../bytes/index.js'
import { codesOf, isTransient } from '../transfer/transient.js'
import { type AskAgainOptions, askAgain } from './ask-again.js'
import { type InsecureRegistries, isInsecureAllowed } from './insecure-registries.js'

export interface ConnectOptions {
  readonly insecureRegistries?: InsecureRegistries | undefined
  readonly http: HttpClient
  /** Waits between two attempts. Default: the system's clock. */
  readonly wait?: AskAgainOptions['wait']
  readonly signal?: AbortSignal | undefined
}

/** A registry that answers, and how it is spoken to. */
export interface RegistryConnection extends AsyncDisposable {
  /** `https://quay.io` */
  readonly origin: string
  /** The client for a host: for one that may be insecure it verifies no certificates. */
  http(url: URL): HttpClient
}

/** From the strongest to the weakest. */
const WAYS = ['verified', 'unverified', 'plain'] as const

/** The API of Docker Hub is not where its images are named after. */
const API_HOSTS: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' }

/**
 * Finds out how a registry can be spoken to. Insecure ones, where they are allowed, are tried like Docker does: TLS,
 * then TLS without looking at the certificate, then plain HTTP. Everybody else only with TLS. What may be gone at the next
 * attempt is tried again after a pause.
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
  const isOther = (of: string) => of !== host && isInsecureAllowed(of, options.insecureRegistries)
  const connect = async (isLast: boolean): Promise<RegistryConnection> => {
    const errors: unknown[] = []
    for (const way of isAllowed ? WAYS : WAYS.slice(0, 1)) {
      const origin = `${way === 'plain' ? 'http' : 'https'}://${host}`
      try {
        await ping(way === 'unverified' ? unverifiedClient(host) : options.http, `${origin}/v2/`, options.signal)
        const http = (url: URL) => {
          if (url.host === host && way === 'unverified') return unverifiedClient(host)
          return way !== 'verified' && isOther(url.host) ? unverifiedClient(url.host) : options.http
        }
        return { origin, http, [Symbol.asyncDispose]: close }
      } catch (error) {
        errors.push(error)
        // That says nothing about TLS: a weaker way is not for it, unless it never goes otherwise.
        if (isLost(error) && !isLast) break
      }
    }
    // A port where nobody is says less than a host that answered otherwise than expected.
    throw errors.findLast((error) => !codesOf(error).includes('ECONNREFUSED')) ?? errors.at(-1)
  }
  const doing = `Cannot reach ${registry}`
  try {
    return await askAgain(connect, { doing, mayHelp, wait: options.wait, signal: options.signal })
  } catch (error) {
    await close()
    throw isAllowed ? error : failure(error, registry)
  }
}

/** Without a network, those who have the image already do not want to wait: whoever says nothing had time enough to say it. */
function mayHelp(error: KairosError): boolean {
  return isTransient(error) && !codesOf(error).some((code) => /^(?:ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/.test(code))
}

/** A connection that ended while it was used. */
function isLost(error: unknown): boolean {
  return codesOf(error).some((code) => /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET)$/.test(code))
}

/** Any answer will do: what it says is seen when something is asked for. */
async function ping(client: HttpClient, url: string, signal: AbortSignal | undefined): Promise<void> {
  const response = await client.request({ url, signal })
  response.discard()
}

function failure(error: unknown, registry: string): unknown {
  const found = insecurityOf(error)
  if (found === undefined) return error
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
  for (const code of codesOf(error)) {
    if (/WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST|UNEXPECTED_MESSAGE|^EPROTO$/.test(code)) return 'no TLS'
    if (/SELF_SIGNED/.test(code)) return 'a self-signed one'
    if (/ALTNAME/.test(code)) return 'one for another host'
    if (/CERT_HAS_EXPIRED/.test(code)) return 'an expired one'
    if (/CERT|VERIFY/.test(code)) return 'another'
  }
  return undefined
}
