import { KairosError } from '@kairos-sdk/core'
import * as z from 'zod/v4/mini'
import { type Digest, isDigest } from './digest.js'
import { MediaType } from './media-types.js'

/** Registries take no larger manifests (OCI distribution specification, "Pushing Manifests"). */
export const MAX_MANIFEST_BYTES = 4 * 2 ** 20
/** Configurations hold the history of an image and labels; the largest seen have some hundred kilobytes. */
export const MAX_CONFIG_BYTES = 16 * 2 ** 20

const digest = z.custom<Digest>(
  (value) => typeof value === 'string' && isDigest(value),
  'not a sha256 or sha512 digest',
)
const texts = z.record(z.string(), z.string())

const descriptorSchema = z.object({
  mediaType: z.optional(z.string()),
  digest,
  size: z.int().check(z.nonnegative()),
  annotations: z.nullish(texts),
  artifactType: z.nullish(z.string()),
  platform: z.nullish(
    z.object({ architecture: z.string(), os: z.optional(z.string()), variant: z.optional(z.string()) }),
  ),
})

const indexSchema = z.object({ manifests: z.array(descriptorSchema), annotations: z.nullish(texts) })
const manifestSchema = z.object({ config: descriptorSchema, layers: z.array(descriptorSchema) })
const configSchema = z.object({
  created: z.nullish(z.string()),
  architecture: z.nullish(z.string()),
  variant: z.nullish(z.string()),
  os: z.nullish(z.string()),
  config: z.nullish(z.object({ Labels: z.nullish(texts) })),
  rootfs: z.object({ type: z.optional(z.string()), diff_ids: z.nullish(z.array(digest)) }),
})

/** What one blob of an image is, and where: OCI image specification, "OCI Content Descriptors". */
export type Descriptor = z.infer<typeof descriptorSchema>
/** Several manifests under one name, one for each platform. */
export type ImageIndex = z.infer<typeof indexSchema> & { readonly kind: 'index' }
/** One image: its configuration and its layers, the lowest first. */
export type ImageManifest = z.infer<typeof manifestSchema> & { readonly kind: 'manifest' }

/** The configuration of an image, as far as it matters here. */
export interface ImageConfig {
  readonly architecture?: string | undefined
  readonly variant?: string | undefined
  readonly os?: string | undefined
  /** When it was made. `undefined` also for the year 1, by which Go says that it does not know. */
  readonly created?: Date | undefined
  readonly labels: ReadonlyMap<string, string>
  /** Digests of the layers' tar archives, decompressed; the lowest first. */
  readonly diffIds: readonly Digest[]
}

/**
 * Reads a manifest or index: Docker's version 2 schema 2 and that of OCI, which differ in media types only.
 *
 * @param name - what it is, for messages
 * @param mediaType - what the server or descriptor calls it, where one does
 * @throws KairosError `image/malformed`, `image/unsupported` (schema 1)
 */
export function parseManifest(bytes: Uint8Array, name: string, mediaType?: string): ImageIndex | ImageManifest {
  const json = parseJson(bytes, name, MAX_MANIFEST_BYTES)
  const object = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>
  const type = typeof object.mediaType === 'string' ? object.mediaType : mediaType?.split(';', 1)[0]?.trim()
  const schema1 = type === MediaType.dockerSchema1 || type === MediaType.dockerSchema1Signed
  if (schema1 || object.schemaVersion === 1) {
    throw new KairosError('image/unsupported', `${name}: a manifest of schema 2 expected, one of schema 1 found.`, {
      hint: 'This image is older than 2017. Push it again with a current docker or skopeo.',
    })
  }
  const isIndex = type === MediaType.ociIndex || type === MediaType.dockerManifestList
  const isManifest = type === MediaType.ociManifest || type === MediaType.dockerManifest
  // One that is read in two ways could show one image to us and another to those who check it (CVE-2021-41190).
  if ('manifests' in object && ('layers' in object || 'config' in object)) {
    throw new KairosError('image/malformed', `${name}: an index or a manifest expected, both in one found.`)
  }
  if (isIndex || (!isManifest && 'manifests' in object)) {
    return { kind: 'index', ...check(indexSchema, object, name) }
  }
  return { kind: 'manifest', ...check(manifestSchema, object, name) }
}

/**
 * Reads the configuration of an image (OCI image specification, "OCI Image Configuration").
 *
 * @throws KairosError `image/malformed`
 */
export function parseConfig(bytes: Uint8Array, name: string): ImageConfig {
  const found = check(configSchema, parseJson(bytes, name, MAX_CONFIG_BYTES), name)
  return {
    architecture: found.architecture || undefined,
    variant: found.variant || undefined,
    os: found.os || undefined,
    created: dateOf(found.created),
    labels: new Map(Object.entries(found.config?.Labels ?? {})),
    diffIds: found.rootfs.diff_ids ?? [],
  }
}

/** A date of RFC 3339. */
function dateOf(text: string | null | undefined): Date | undefined {
  const date = new Date(text ?? '')
  return date.getTime() > 0 ? date : undefined
}

/**
 * Reads JSON of bounded size.
 *
 * @throws KairosError `image/malformed`
 */
export function parseJson(bytes: Uint8Array, name: string, maxBytes: number): unknown {
  if (bytes.length > maxBytes) {
    throw new KairosError('image/malformed', `${name}: at most ${maxBytes} bytes expected, ${bytes.length} found.`)
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new KairosError('image/malformed', `${name}: JSON expected, something else found.`, { cause })
  }
}

/**
 * Reads a JSON value as a schema says.
 *
 * @throws KairosError `image/malformed` (names the field)
 */
export function check<Schema extends z.ZodMiniType>(schema: Schema, value: unknown, name: string): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const where = issue?.path.map(String).join('.') || 'its content'
  throw new KairosError('image/malformed', `${name}: ${where} is not as expected (${issue?.message ?? 'invalid'}).`)
}
