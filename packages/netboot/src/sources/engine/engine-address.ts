import { homedir } from 'node:os'
import { join } from 'node:path'
import { KairosError } from '@kairos-sdk/core'

/** Where a container engine listens. */
export interface EngineAddress {
  /** As `DOCKER_HOST` has it, for messages. */
  readonly name: string
  readonly target:
    | { readonly kind: 'socket'; readonly path: string }
    | {
        readonly kind: 'tcp'
        readonly hostname: string
        readonly port: number
        readonly certificates: string | undefined
      }
}

/** Of a process, as `process.env` has it. */
export type EngineEnvironment = Readonly<Record<string, string | undefined>>

const DEFAULT_PORT = 2375
const DEFAULT_TLS_PORT = 2376

/**
 * Where an engine may be: what `DOCKER_HOST` says, or `CONTAINER_HOST`, which is Podman's; otherwise the places where Docker
 * and Podman put their sockets.
 *
 * @throws KairosError `argument/invalid` when the variable names what cannot be used
 */
export function engineAddresses(
  env: EngineEnvironment,
  home = homedir(),
  platform = process.platform,
): EngineAddress[] {
  for (const variable of ['DOCKER_HOST', 'CONTAINER_HOST']) {
    const value = env[variable]
    if (value) return [parseAddress(value, variable, env, home)]
  }
  if (platform === 'win32') return ['//./pipe/docker_engine', '//./pipe/podman-machine-default'].map(socketAddress)
  const paths = ['/var/run/docker.sock', join(home, '.docker/run/docker.sock')]
  if (env.XDG_RUNTIME_DIR) {
    paths.push(join(env.XDG_RUNTIME_DIR, 'docker.sock'), join(env.XDG_RUNTIME_DIR, 'podman/podman.sock'))
  }
  return [...paths, '/run/podman/podman.sock'].map(socketAddress)
}

function socketAddress(path: string): EngineAddress {
  return { name: path, target: { kind: 'socket', path } }
}

function parseAddress(value: string, variable: string, env: EngineEnvironment, home: string): EngineAddress {
  const [, scheme = '', rest = ''] = /^([a-z]+):\/\/(.+)$/.exec(value) ?? []
  if (scheme === 'unix' || scheme === 'npipe') return socketAddress(rest)
  const url = scheme === 'tcp' || scheme === 'http' || scheme === 'https' ? URL.parse(`http://${rest}`) : undefined
  if (!url) {
    throw new KairosError(
      'argument/invalid',
      `${variable}: unix://PATH or tcp://HOST:PORT expected, ${scheme === '' ? 'another text' : `${scheme}://`} found.`,
      { hint: scheme === 'ssh' ? 'Forward the socket: ssh -L /tmp/engine.sock:/var/run/docker.sock HOST' : undefined },
    )
  }
  const isTls = scheme === 'https' || Boolean(env.DOCKER_TLS_VERIFY)
  // The Docker client keeps its certificates beside its configuration.
  const certificates = env.DOCKER_CERT_PATH || env.DOCKER_CONFIG || join(home, '.docker')
  const port = Number(url.port) || (isTls ? DEFAULT_TLS_PORT : DEFAULT_PORT)
  const target = { kind: 'tcp', hostname: url.hostname, port, certificates: isTls ? certificates : undefined } as const
  return { name: `tcp://${url.hostname}:${port}`, target }
}
