import { KairosError } from '@kairos-sdk/core'
import type { HttpResponse } from '../../bytes/index.js'
import { checkDigest, type Digest, digestOf } from '../image/digest.js'
import { MAX_MANIFEST_BYTES } from '../image/manifest.js'
import { ACCEPTED_MANIFESTS } from '../image/media-types.js'
import { formatReference, type ImageReference } from '../image/reference.js'
import type { TransferRequest } from '../transfer/index.js'
import { type AskAgainOptions, askAgain } from './ask-again.js'
import type { AuthorizationHeaders, Authorizer } from './authorizer.js'
import { readBounded } from './bounded-body.js'
import type { RegistryConnection } from './connection.js'
import { missing, refused, unauthorized } from './registry-errors.js'

export interface RegistryClientInit {
  readonly reference: ImageReference
  readonly connection: RegistryConnection
  readonly authorizer: Authorizer
  /** Waits between two attempts. Default: the system's clock. */
  readonly wait?: AskAgainOptions['wait']
}

export interface FetchedManifest {
  readonly bytes: Uint8Array
  readonly digest: Digest
  readonly mediaType: string | undefined
}

/** Pulls from one repository of one registry: OCI distribution specification 1.1, "Pull". */
export interface RegistryClient {
  /**
   * A manifest by tag or digest; one asked for by digest is verified.
   *
   * @throws KairosError `image/not-found`, `image/wrong-digest`, `registry/*`, `input/unreachable`, `aborted`
   */
  manifest(of: string, signal?: AbortSignal): Promise<FetchedManifest>
  /** A small blob, verified. @throws KairosError as {@link RegistryClient.manifest} */
  blob(digest: Digest, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array>
  /** How a large blob is downloaded, by what resumes downloads. */
  transfer(blob: { readonly digest: Digest; readonly size?: number | undefined }, signal?: AbortSignal): TransferRequest
  /** Turns an answer's status, which ended a download, into the error that tells what to do. */
  refusal(status: number, digest: Digest): KairosError
}

export function createRegistryClient(init: RegistryClientInit): RegistryClient {
  const { reference, connection, authorizer, wait } = init
  const base = `${connection.origin}/v2/${reference.repository}`
  const name = formatReference(reference)

  const ask = async (url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal | undefined) => {
    let shown = authorizer.headers()
    const send = () => connection.http(url).request({ url, headers: { ...headers, ...shown }, signal })
    const response = await send()
    if (response.status !== 401 || response.url.origin !== url.origin) return response
    response.discard()
    const next = await authorizer.authorize(response.headers['www-authenticate'], shown, signal)
    if (!next) throw unauthorized(reference, authorizer)
    shown = next
    return send()
  }

  /** Asks until there is an answer that is not about the server's own trouble, and reads it whole. */
  async function get<Result>(
    path: string,
    headers: Readonly<Record<string, string>>,
    what: string,
    signal: AbortSignal | undefined,
    read: (response: HttpResponse) => Promise<Result>,
  ): Promise<Result> {
    const doing = `Cannot read ${what} from ${reference.registry}`
    const attempt = async () => {
      const response = await ask(new URL(`${base}/${path}`), headers, signal)
      if (response.status === 200) return await read(response)
      throw await refused(response, { reference, authorizer, what })
    }
    return await askAgain(attempt, { doing, wait, signal })
  }

  return {
    manifest: (of, signal) =>
      get(`manifests/${of}`, { accept: ACCEPTED_MANIFESTS.join(', ') }, name, signal, async (response) => {
        const bytes = await readBounded(response.body, MAX_MANIFEST_BYTES, name)
        // A tag promises nothing about the bytes; what the server says of its own answer only shows that it came whole.
        const promised = of.includes(':') ? (of as Digest) : undefined
        if (promised) checkDigest(bytes, promised, name)
        const digest = promised ?? digestOf(bytes)
        const said = response.headers['docker-content-digest']
        if (said?.startsWith('sha256:') && digest.startsWith('sha256:') && said !== digest) {
          throw new KairosError('image/wrong-digest', `${name}: a manifest of ${said} expected, of ${digest} found.`, {
            hint: 'A proxy or the registry changed the answer. Try again, or ask for the image by its digest.',
          })
        }
        return { bytes, digest, mediaType: response.headers['content-type'] }
      }),
    blob: (digest, maxBytes, signal) =>
      get(`blobs/${digest}`, {}, `${digest} of ${name}`, signal, async (response) => {
        const bytes = await readBounded(response.body, maxBytes, digest)
        checkDigest(bytes, digest, digest)
        return bytes
      }),
    transfer({ digest, size }, signal) {
      let shown: AuthorizationHeaders = authorizer.headers()
      return {
        url: `${base}/blobs/${digest}`,
        headers: shown,
        authorize: async (challenge) => {
          const next = await authorizer.authorize(challenge, shown, signal)
          shown = next ?? shown
          return next
        },
        sha256: digest.slice('sha256:'.length),
        size,
      }
    },
    refusal(status, digest) {
      if (status === 401 || status === 403) return unauthorized(reference, authorizer)
      return missing(status, reference, `${digest} of ${name}`)
    },
  }
}
