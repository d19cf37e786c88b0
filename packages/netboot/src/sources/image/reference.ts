import { KairosError } from '@kairos-sdk/core'
import { type Digest, isDigest } from './digest.js'

/** An image in a registry, with what people leave out filled in. */
export interface ImageReference {
  /** Host and port: `docker.io`, `localhost:5000`. */
  readonly registry: string
  /** `library/debian`, `kairos/ubuntu` */
  readonly repository: string
  /** `latest` where neither tag nor digest is written. With a digest it is for people only. */
  readonly tag?: string | undefined
  /** What the manifest must be. Takes precedence over the tag. */
  readonly digest?: Digest | undefined
}

const DEFAULT_REGISTRY = 'docker.io'
const DEFAULT_NAMESPACE = 'library'

// The grammar of references as Docker's distribution project defines it.
const DOMAIN_COMPONENT = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const DOMAIN = new RegExp(`^(?:${DOMAIN_COMPONENT}(?:\\.${DOMAIN_COMPONENT})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`)
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const TAG = /^\w[\w.-]{0,127}$/
const MAX_NAME_LENGTH = 255
const IDENTIFIER = /^[0-9a-f]{64}$/

/**
 * Reads a reference as Docker does: `debian` is `docker.io/library/debian:latest`; the first part of the path is a
 * registry when it has a dot, a port or an upper-case letter, or is `localhost`.
 *
 * @throws KairosError `image/invalid-reference` (says which part)
 */
export function parseReference(text: string): ImageReference {
  const at = text.indexOf('@')
  const digest = at < 0 ? undefined : readDigest(text, text.slice(at + 1))
  const named = at < 0 ? text : text.slice(0, at)
  // A colon in front of a slash belongs to the port of the registry.
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1)
  const tag = colon < 0 ? undefined : named.slice(colon + 1)
  if (tag !== undefined && !TAG.test(tag)) {
    throw invalid(text, `a tag of letters, digits, "_", "." and "-" expected, ${quote(tag)} found`)
  }
  const { registry, repository } = readName(text, colon < 0 ? named : named.slice(0, colon))
  return { registry, repository, tag: tag ?? (digest === undefined ? 'latest' : undefined), digest }
}

/** The full form of a reference, as registries and engines print it. */
export function formatReference({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}

/** True when both name the same image, whatever was left out in writing them. Texts that are no references equal none. */
export function sameReference(one: string, other: string): boolean {
  try {
    return formatReference(parseReference(one)) === formatReference(parseReference(other))
  } catch {
    return false
  }
}

function readDigest(text: string, digest: string): Digest {
  if (isDigest(digest)) return digest
  throw invalid(text, `sha256: and 64 lower-case hexadecimal digits expected after "@", ${quote(digest)} found`)
}

function readName(text: string, name: string): Pick<ImageReference, 'registry' | 'repository'> {
  if (name === '') throw invalid(text, 'a name expected, none found')
  if (IDENTIFIER.test(name)) {
    throw invalid(
      text,
      'a name expected, the identifier of an image found',
      `To read it from the engine: docker://${name}`,
    )
  }
  const slash = name.indexOf('/')
  const first = name.slice(0, slash)
  const hasRegistry = slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase())
  // The historic name of Docker Hub's index is still in many scripts.
  const written = hasRegistry ? first : DEFAULT_REGISTRY
  const registry = written === 'index.docker.io' ? DEFAULT_REGISTRY : written
  if (!DOMAIN.test(registry)) throw invalid(text, `a registry's host and port expected, ${quote(registry)} found`)
  const path = hasRegistry ? name.slice(slash + 1) : name
  const repository = registry === DEFAULT_REGISTRY && !path.includes('/') ? `${DEFAULT_NAMESPACE}/${path}` : path
  for (const component of path.split('/')) {
    if (PATH_COMPONENT.test(component)) continue
    const hint = component.toLowerCase() === component ? undefined : 'Names of images are in lower case.'
    throw invalid(
      text,
      `lower-case letters, digits and single separators expected in the name, ${quote(component)} found`,
      hint,
    )
  }
  if (registry.length + 1 + repository.length > MAX_NAME_LENGTH) {
    throw invalid(text, `a name of at most ${MAX_NAME_LENGTH} characters expected, a longer one found`)
  }
  return { registry, repository }
}

function invalid(text: string, problem: string, hint = 'Write it as quay.io/kairos/ubuntu:24.04') {
  return new KairosError('image/invalid-reference', `${quote(text)} names no image: ${problem}.`, { hint })
}

/** What somebody wrote, short enough for a message and without control characters. */
function quote(text: string): string {
  const shown = text.length > 80 ? `${text.slice(0, 79)}…` : text
  return JSON.stringify(shown)
}
