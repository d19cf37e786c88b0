import { KairosError } from '@kairos-sdk/core'
import * as z from 'zod/v4/mini'
import type { HttpResponse } from '../../bytes/index.js'
import { formatReference, type ImageReference } from '../image/reference.js'
import { HttpStatus } from '../transfer/http-status.js'
import { retryAfterMs } from '../transfer/retry.js'
import type { Authorizer } from './authorizer.js'
import { readBounded } from './bounded-body.js'

const MAX_ERROR_BYTES = 64 * 1024
const MAX_MESSAGE_LENGTH = 200

const errorSchema = z.object({
  errors: z.array(z.object({ code: z.optional(z.string()), message: z.optional(z.string()) })),
})

interface Asked {
  readonly reference: ImageReference
  readonly authorizer: Authorizer
  /** What was asked for. */
  readonly what: string
}

/** The error that tells of an answer other than 200, in the registry's own words where it has any. */
export async function refused(response: HttpResponse, { reference, authorizer, what }: Asked): Promise<KairosError> {
  const { status, headers } = response
  const words = await errorWords(response)
  if (status === 401 || status === 403) return unauthorized(reference, authorizer, words)
  return missing(status, reference, what, { words, pauseMs: retryAfterMs(headers['retry-after']) })
}

/** The error that the registry does not let this user pull. */
export function unauthorized(reference: ImageReference, authorizer: Authorizer, words?: string): KairosError {
  const { registry, repository } = reference
  const found = authorizer.hasCredentials ? 'others' : 'none'
  const said = words === undefined ? '' : ` It says: ${words}.`
  const { lookupFailure } = authorizer
  const login = `Log in with docker login ${registry} or podman login ${registry}`
  const hint = lookupFailure
    ? `The stored ones could not be used: ${lookupFailure.message} ${lookupFailure.hint ?? ''}`.trim()
    : `${login}, and check the name: registries answer like this also where there is no such image.`
  return new KairosError(
    'registry/unauthorized',
    `${registry}: credentials that may pull ${repository} expected, ${found} found.${said}`,
    { hint, cause: lookupFailure },
  )
}

/**
 * The error that the registry does not have it, or is in trouble.
 *
 * @param answer - what the registry says of it, and how long it wants not to be asked again
 */
export function missing(
  status: number,
  reference: ImageReference,
  what: string,
  { words, pauseMs }: { readonly words?: string | undefined; readonly pauseMs?: number | undefined } = {},
): KairosError {
  const said = words === undefined ? '' : ` It says: ${words}.`
  const { registry } = reference
  const cause = new HttpStatus(status, pauseMs)
  if (status === 404) {
    return new KairosError('image/not-found', `${registry} has no ${what}.${said}`, {
      hint: `Check name and tag: ${formatReference(reference)}`,
      cause,
    })
  }
  if (status === 429) {
    return new KairosError('registry/failed', `${registry}: ${what} expected, a limit of requests found.${said}`, {
      hint: `Wait, or log in: docker login ${registry}. Registries let known users pull more.`,
      cause,
    })
  }
  return new KairosError('registry/failed', `${registry}: ${what} expected, status ${status} found.${said}`, {
    hint: status >= 500 ? 'The registry is in trouble. Try again later.' : `Is ${registry} a container registry?`,
    cause,
  })
}

/** The registry's explanation (OCI distribution specification, "Error Codes"), made safe to print. */
async function errorWords(response: HttpResponse): Promise<string | undefined> {
  try {
    const bytes = await readBounded(response.body, MAX_ERROR_BYTES, 'error')
    const { errors } = errorSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
    const text = errors[0]?.message || errors[0]?.code
    return text
      ?.replace(/[^\x20-\x7e]+/g, ' ')
      .slice(0, MAX_MESSAGE_LENGTH)
      .replace(/\.\s*$/, '')
  } catch {
    return undefined
  }
}
