import type { ImageReference } from '../../image/reference.js'
import { type AuthFile, authFilePaths, readAuthFile } from './auth-file.js'
import { askCredentialHelper, type HelperOptions } from './credential-helper.js'
import type { Credentials } from './credentials.js'

export interface FindCredentialsOptions extends HelperOptions {
  /** Default: the user's own. */
  readonly home?: string | undefined
}

/** What Docker calls Docker Hub when it talks to credential helpers. */
const DOCKER_HUB_SERVER = 'https://index.docker.io/v1/'

/**
 * Finds the login for a registry in the files of Docker and Podman and with their credential helpers. The first file that
 * knows the registry decides.
 *
 * @returns `undefined` when nobody has logged in
 * @throws KairosError `registry/no-credentials`, `input/not-permitted`, `aborted`
 */
export async function findCredentials(
  { registry, repository }: Pick<ImageReference, 'registry' | 'repository'>,
  options: FindCredentialsOptions = {},
): Promise<Credentials | undefined> {
  for (const path of authFilePaths(options.env ?? process.env, options.home)) {
    const file = await readAuthFile(path, options.signal)
    const found = file && (await credentialsIn(file, registry, repository, options))
    if (found) return found
  }
  return undefined
}

async function credentialsIn(
  file: AuthFile,
  registry: string,
  repository: string,
  options: FindCredentialsOptions,
): Promise<Credentials | undefined> {
  const keys = keysOf(registry, repository)
  // A login for a part of the registry is more particular than any helper.
  const login = keys.map((key) => file.logins.get(key)).find((found) => found !== undefined)
  const isParticular = login !== undefined && login !== file.logins.get(registry)
  const helper = file.helpers.get(registry) ?? file.store
  if (helper === undefined || isParticular) return login
  const server = registry === 'docker.io' ? DOCKER_HUB_SERVER : registry
  return (await askCredentialHelper(helper, server, options)) ?? login
}

/** `quay.io/kairos/ubuntu`, `quay.io/kairos`, `quay.io`. */
function keysOf(registry: string, repository: string): string[] {
  const parts = repository.split('/')
  const keys = parts.map((_, index) => [registry, ...parts.slice(0, parts.length - index)].join('/'))
  return [...keys, registry]
}
