import { homedir } from 'node:os'
import { join } from 'node:path'
import { KairosError, readBytes } from '@kairos-sdk/core'
import * as z from 'zod/v4/mini'
import { type Credentials, credentialsOfLogin } from './credentials.js'

const MAX_AUTH_FILE_BYTES = 4 * 2 ** 20

const entrySchema = z.object({
  auth: z.nullish(z.string()),
  username: z.nullish(z.string()),
  password: z.nullish(z.string()),
  identitytoken: z.nullish(z.string()),
  registrytoken: z.nullish(z.string()),
})
const fileSchema = z.object({
  auths: z.nullish(z.record(z.string(), z.nullish(entrySchema))),
  credHelpers: z.nullish(z.record(z.string(), z.string())),
  credsStore: z.nullish(z.string()),
})

/** What `docker login`, `podman login` and their like leave behind. */
export interface AuthFile {
  readonly path: string
  /** Logins by registry (`quay.io`), or by registry and a part of the repository (`quay.io/kairos`). */
  readonly logins: ReadonlyMap<string, Credentials>
  /** Names of credential helpers by registry. */
  readonly helpers: ReadonlyMap<string, string>
  /** The helper for registries that have none of their own. */
  readonly store: string | undefined
}

/** Where logins are kept, the place that was set expressly first, then Podman's places, then Docker's. */
export function authFilePaths(env: Readonly<Record<string, string | undefined>>, home = homedir()): string[] {
  const paths: string[] = []
  if (env.REGISTRY_AUTH_FILE) paths.push(env.REGISTRY_AUTH_FILE)
  if (env.DOCKER_CONFIG) paths.push(join(env.DOCKER_CONFIG, 'config.json'))
  if (env.XDG_RUNTIME_DIR) paths.push(join(env.XDG_RUNTIME_DIR, 'containers/auth.json'))
  paths.push(join(env.XDG_CONFIG_HOME || join(home, '.config'), 'containers/auth.json'))
  // Where DOCKER_CONFIG is set, Docker does not look here.
  if (!env.DOCKER_CONFIG) paths.push(join(home, '.docker/config.json'))
  return paths
}

/**
 * Reads a file of logins, of Docker (`config.json`) or of Podman (`auth.json`). Its content never gets into messages.
 *
 * @returns `undefined` when there is no such file
 * @throws KairosError `registry/no-credentials`, `input/not-permitted`, `aborted`
 */
export async function readAuthFile(path: string, signal?: AbortSignal): Promise<AuthFile | undefined> {
  let bytes: Uint8Array
  try {
    bytes = await readBytes(path, { maxBytes: MAX_AUTH_FILE_BYTES, signal })
  } catch (error) {
    if (KairosError.is(error, 'input/not-found')) return undefined
    throw error
  }
  const found = fileSchema.safeParse(parse(bytes, path))
  if (!found.success) {
    const where = found.error.issues[0]?.path[0]
    throw notReadable(path, where === undefined ? 'an object' : `another kind of value for ${String(where)}`)
  }
  const { auths, credHelpers, credsStore } = found.data
  const logins = new Map<string, Credentials>()
  for (const [key, entry] of Object.entries(auths ?? {})) {
    const credentials = entry ? credentialsOfEntry(entry, path) : undefined
    if (credentials) logins.set(registryKey(key), credentials)
  }
  const helpers = new Map(Object.entries(credHelpers ?? {}).map(([key, helper]) => [registryKey(key), helper]))
  return { path, logins, helpers, store: credsStore || undefined }
}

/** Keys are hosts today, and were URLs: `https://index.docker.io/v1/` is still what Docker writes for Docker Hub. */
export function registryKey(key: string): string {
  const bare = key.replace(/^https?:\/\//, '').replace(/\/(?:v[12])?\/?$/, '')
  return /^(?:index|registry-1)\.docker\.io$/.test(bare) ? 'docker.io' : bare
}

/** Empty entries stand beside a credential helper that has the secret. */
function credentialsOfEntry(entry: z.infer<typeof entrySchema>, path: string): Credentials | undefined {
  if (entry.registrytoken) return { kind: 'registry-token', token: entry.registrytoken }
  if (entry.identitytoken) return { kind: 'identity-token', token: entry.identitytoken }
  if (entry.auth) {
    // Docker pads with zero bytes.
    const login = Buffer.from(entry.auth, 'base64').toString('utf8').replace(/\0+$/, '')
    const colon = login.indexOf(':')
    if (colon < 0) throw notReadable(path, 'a login that is not base64 of user:password')
    return credentialsOfLogin(login.slice(0, colon), login.slice(colon + 1))
  }
  if (entry.username && entry.password) return credentialsOfLogin(entry.username, entry.password)
  return undefined
}

function parse(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    // Without the cause: what JSON.parse found is a part of the file.
    throw notReadable(path, 'something else')
  }
}

function notReadable(path: string, found: string): KairosError {
  return new KairosError('registry/no-credentials', `${path}: JSON with logins expected, ${found} found.`, {
    hint: 'Log in again: docker login, or podman login.',
  })
}
