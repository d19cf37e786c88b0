import { chmod, mkdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startRegistry } from '../docker-registry.js'
import { run } from '../layered-image.js'
import { createNetwork, type Running } from '../namespaces.js'
import { findProgram } from '../requirements.js'

/** What the manuals' commands need, beside what they name; for `requirement`. */
export const WORLD_NEEDS = [
  ...['root', 'ip', 'unshare', 'mount', 'bash', 'openssl', 'skopeo', 'docker-registry', 'podman', 'curl'],
] as const

const INTERNET = '10.78.0.9'
const US = '10.78.0.2'
const REGISTRY = 'quay.io'
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Where results are when no command says otherwise. Each command gets a directory of its own there. */
const DEFAULT_STATE = '/tmp/auroraboot'

/** What is published in this world. */
export interface Published {
  /** URL without `https://` → content. */
  readonly files: Readonly<Record<string, string | Uint8Array>>
  /** Name in the registry → OCI image layout. */
  readonly images: Readonly<Record<string, string>>
}

/** How a command is run. */
export interface CommandOptions {
  /** Files of the directory that it is run in. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>
  readonly env?: Readonly<Record<string, string>>
}

export interface RunningCommand extends Running {
  /** Where it was started. */
  readonly directory: string
  /** As Ctrl-C does: the program gets it, not the shell. Default `SIGINT`. */
  interrupt(signal?: NodeJS.Signals): Promise<number>
}

/**
 * A network with the hosts that the manuals name, so that their commands can be run as they stand: `github.com`, `quay.io` and
 * the like are a machine of this test, by name and by certificate.
 */
export async function createPublicWorld(directory: string, { files, images }: Published) {
  const at = (...names: string[]) => join(directory, ...names)
  await mkdir(directory, { recursive: true })
  const madeState = await mkdir(DEFAULT_STATE, { recursive: true })
  const hosts = [REGISTRY, ...new Set(Object.keys(files).map((url) => url.split('/')[0] ?? ''))]
  await createCertificate(at('key.pem'), at('certificate.pem'), hosts)
  for (const [url, content] of Object.entries(files)) await writeBelow(at('internet'), url, content)
  await writeFile(at('wgetrc'), `ca_certificate = ${at('certificate.pem')}\n`)
  await writeFile(at('hosts'), ['127.0.0.1 localhost', ...hosts.map((host) => `${INTERNET} ${host}`), ''].join('\n'))
  {
    await using registry = await startRegistry(directory)
    for (const [name, layout] of Object.entries(images)) {
      const to = `docker://${registry.host}/${name}`
      await run('skopeo', 'copy', '-q', '--dest-tls-verify=false', `oci:${layout}`, to)
    }
  }
  const bin = await createPrograms(at('bin'), at('engine.sock'))

  const lan = (address: string) => ({
    interfaces: { lan: `${address}/24` },
    routes: { '255.255.255.255/32': 'dev lan' },
  })
  const network = createNetwork({ internet: lan(INTERNET), us: lan(US), machine: lan('10.78.0.3') })
  const { internet, us, machine } = network.hosts
  const storage = { filesystem: { rootdirectory: at('registry') } }
  const settings = { version: '0.1', storage, http: { addr: '127.0.0.1:5000', secret: 'shared' } }
  await writeFile(at('registry.yml'), JSON.stringify(settings))
  const registry = internet.run(findProgram('docker-registry') ?? '', ['serve', at('registry.yml')])
  await registry.line(/listening on 127\.0\.0\.1:5000/)
  const servers = internet.node('e2e/peers/public-servers.ts', [
    ...[at('internet'), at('key.pem'), at('certificate.pem'), REGISTRY],
  ])
  await servers.line(/^ready$/)

  /** Runs a shell command in a new directory of the host that the reader of the manual sits at. */
  async function command(name: string, text: string, options: CommandOptions = {}): Promise<RunningCommand> {
    const place = at(name)
    await mkdir(place, { recursive: true })
    for (const [path, content] of Object.entries(options.files ?? {})) await writeBelow(place, path, content)
    const args = ['--mount', 'bash', '-c', IN_A_WORLD, 'bash', at('hosts'), at('engine.sock'), place, text]
    const running = us.run('unshare', args, {
      env: {
        ...{ PATH: `${bin}:${process.env.PATH}`, HOME: place, EXAMPLE_PID: join(place, '.pid') },
        ...{ NODE_EXTRA_CA_CERTS: at('certificate.pem'), SSL_CERT_FILE: at('certificate.pem') },
        ...{ WGETRC: at('wgetrc') },
        ...options.env,
      },
    })
    return Object.defineProperties(running, {
      directory: { value: place },
      interrupt: {
        value: async (signal: NodeJS.Signals = 'SIGINT') => {
          process.kill(Number(await readFile(join(place, '.pid'), 'utf8')), signal)
          return await running.exit
        },
      },
    }) as RunningCommand
  }

  return {
    us,
    machine,
    /** Address of the host that the reader sits at. */
    address: US,
    command,
    /** Starts Podman's service where Docker's socket is expected, on images of its own. */
    async startEngine(): Promise<void> {
      const root = ['--root', at('engine/root'), '--runroot', at('engine/run'), '--storage-driver', 'vfs']
      const args = [...root, 'system', 'service', '--time', '0', `unix://${at('engine.sock')}`]
      const script = 'mount --bind "$1" /etc/hosts && shift && exec "$@"'
      const service = ['--mount', 'bash', '-c', script, 'bash', at('hosts'), findProgram('podman') ?? 'podman', ...args]
      us.run('unshare', service, { env: { SSL_CERT_FILE: at('certificate.pem') } })
      const asking = us.run('bash', [
        '-c',
        'until curl -sf --unix-socket "$0" http://d/_ping; do sleep 0.1; done',
        at('engine.sock'),
      ])
      await asking.exit
    },
    async [Symbol.asyncDispose]() {
      await network[Symbol.asyncDispose]()
      // Nothing was written there by these commands; a directory of root's would be in the way of everybody else.
      if (madeState) await rmdir(madeState).catch(() => undefined)
    },
  }
}

/** Nothing of what is mounted here is seen outside, or stays. */
const IN_A_WORLD = `set -e
mount --bind "$1" /etc/hosts
mount -t tmpfs run /run
ln -s "$2" /run/docker.sock
mkdir -p "$3/state"
mount --bind "$3/state" ${DEFAULT_STATE}
cd "$3"
exec bash -ec "$4"`

async function createCertificate(key: string, certificate: string, hosts: readonly string[]): Promise<void> {
  await run(
    'openssl',
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=the internet', '-addext', `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}`],
    ...['-keyout', key, '-out', certificate],
  )
}

async function writeBelow(directory: string, path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(directory, path)), { recursive: true })
  await writeFile(join(directory, path), content)
}

/** The programs by the names that the manuals call them by. */
async function createPrograms(bin: string, socket: string): Promise<string> {
  const node = (name: string) =>
    `echo $$ > "$EXAMPLE_PID"; exec "${process.execPath}" "${ROOT}packages/cli/bin/${name}.js" "$@"`
  const programs = {
    auroraboot: node('auroraboot'),
    kairosctl: node('kairosctl'),
    docker: `exec podman --remote --url "unix://${socket}" "$@"`,
  }
  for (const [name, script] of Object.entries(programs)) {
    await writeBelow(bin, name, `#!/bin/sh\n${script}\n`)
    await chmod(join(bin, name), 0o755)
  }
  return bin
}
