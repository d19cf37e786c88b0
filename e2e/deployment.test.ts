import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkCloudConfig } from '@kairos-sdk/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { publishedPackages } from '../scripts/published-packages.js'
import { createPublicWorld, WORLD_NEEDS } from './manuals/public-world.js'
import { isoOf, sha256 } from './manuals/releases.js'
import { createNetwork } from './namespaces.js'
import { findProgram, requirement } from './requirements.js'
import { temporaryDirectory } from './temporary.js'

const root = join(import.meta.dirname, '..')
const place = join(root, 'deploy/kubernetes')

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
}

const load = (file: string) => parse(readFileSync(join(place, file), 'utf8'), { version: '1.1' })
const { resources, images } = load('kustomization.yaml')
const manifests: readonly { readonly file: string; readonly manifest: Manifest }[] = resources.map((file: string) => ({
  file,
  manifest: load(file),
}))
const named = (kind: string, name: string) =>
  manifests.find(({ manifest }) => manifest.kind === kind && manifest.metadata.name === name)?.manifest

// biome-ignore lint/suspicious/noExplicitAny: what it is, the schema of Kubernetes has to say.
const deployment = manifests.find(({ manifest }) => manifest.kind === 'Deployment')?.manifest as any
const pod = deployment.spec.template.spec
const [container] = pod.containers

/** Where the classes and types of a kind are: `apps/v1/Deployment`. */
const modelOf = ({ apiVersion, kind }: Manifest) => `kubernetes-models/${apiVersion}/${kind}`

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
beforeAll(async () => {
  directory = await temporaryDirectory()
})
afterAll(() => directory.remove())

describe('the manifests for Kubernetes', () => {
  it('are all named by the kustomization', () => {
    const files = readdirSync(place).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
    expect(files.sort()).toEqual([...resources].sort())
    expect(images.map(({ name }: { name: string }) => name)).toEqual([container.image])
  })

  it.each(manifests)('$file is what the schema of its kind asks for', async ({ manifest }) => {
    const { [manifest.kind]: Model } = await import(modelOf(manifest))
    const model = new Model(manifest)
    expect(() => model.validate()).not.toThrow()
  })

  it('have no field that their kinds do not know', async () => {
    // The schemas let unknown fields pass; object literals in TypeScript do not.
    const program = manifests.flatMap(({ manifest }, index) => [
      `import type { I${manifest.kind} as Kind${index} } from '${modelOf(manifest)}'`,
      `export const manifest${index}: Kind${index} = ${JSON.stringify(manifest)}`,
    ])
    const file = join(directory.path, 'manifests.ts')
    await symlink(join(root, 'node_modules'), join(directory.path, 'node_modules'))
    await writeFile(join(directory.path, 'package.json'), '{ "type": "module" }')
    await writeFile(file, program.join('\n'))
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const options = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--types', 'node']
    const { stdout } = spawnSync(process.execPath, [compiler, ...options, '--module', 'nodenext', file])
    expect(stdout.toString()).toBe('')
  })

  it('find each other: namespace, ConfigMap, Secret, volume, and the files that the program is told', () => {
    for (const { manifest } of manifests) {
      if (manifest.kind !== 'Namespace') expect(named('Namespace', manifest.metadata.namespace ?? '')).toBeDefined()
    }
    const kept: Record<string, string[]> = {}
    for (const { name, configMap, secret, persistentVolumeClaim } of pod.volumes) {
      if (persistentVolumeClaim) expect(named('PersistentVolumeClaim', persistentVolumeClaim.claimName)).toBeDefined()
      const source = configMap
        ? (named('ConfigMap', configMap.name) as unknown as { data: object })?.data
        : secret && (named('Secret', secret.secretName) as unknown as { stringData: object })?.stringData
      kept[name] = Object.keys(source ?? {})
    }
    const files = container.volumeMounts.flatMap((mount: { name: string; mountPath: string; subPath?: string }) =>
      mount.subPath
        ? kept[mount.name]?.filter((key) => key === mount.subPath).map(() => mount.mountPath)
        : kept[mount.name]?.map((key) => `${mount.mountPath}/${key}`),
    )
    expect(container.args.filter((argument: string) => argument.startsWith('/')).sort()).toEqual(files.sort())
  })

  it('say the same about ports and state as the config', () => {
    const { data } = named('ConfigMap', 'auroraboot') as unknown as { data: Record<string, string> }
    const config = parse(data['config.yaml'] ?? '')
    const ports = new Map(
      container.ports.map((port: { name: string; containerPort: number }) => [port.name, port.containerPort]),
    )
    expect([`:${ports.get('http')}`, ports.get('netboot')]).toEqual([config.listen_addr, config.netboot_http_port])
    const mounts = container.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath)
    expect(mounts).toContain(config.state_dir)
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'])
      expect(container[probe].httpGet.port).toBe('http')
  })

  it('have a cloud config that a node accepts', () => {
    const { stringData } = named('Secret', 'auroraboot-cloud-config') as unknown as {
      stringData: Record<string, string>
    }
    expect(checkCloudConfig(stringData['cloud-config.yaml'] ?? '').warnings).toEqual([])
  })
})

describe.skipIf(requirement(['ip', 'setpriv', 'root']))('the rights of the pod', () => {
  /** Root that may do no more than the capabilities that are named, as a container runtime starts it. */
  function withCapabilities(names: readonly string[]): string[] {
    // Root without capabilities reads what belongs to root; the project may be somebody else's here.
    const reading = statSync(root).uid === 0 ? [] : ['dac_read_search']
    const set = ['-all', ...[...names, ...reading].map((name) => `+${name.toLowerCase()}`)].join(',')
    return [findProgram('setpriv') ?? 'setpriv', '--no-new-privs', `--bounding-set=${set}`, `--inh-caps=${set}`]
  }
  const lan = (address: number) => ({ interfaces: { lan: `10.77.0.${address}/24` } })
  const server = [process.execPath, '--import', 'tsx', 'e2e/peers/firmware-server.ts']

  it('are enough for DHCP, also by broadcast, and TFTP', async () => {
    await using network = createNetwork({ us: lan(1), machine: lan(2) })
    const { drop, add } = container.securityContext.capabilities
    expect([drop, pod.hostNetwork]).toEqual([['ALL'], true])
    const [program = '', ...args] = [...withCapabilities(add), ...server]
    const running = network.hosts.us.run(program, args)
    await running.line(/"ready":true/)
    const asking = network.hosts.machine.run(process.execPath, ['--import', 'tsx', 'e2e/peers/discover-and-fetch.ts'])
    expect(await asking.exit, asking.stderr).toBe(0)
    expect(JSON.parse(asking.stdout)).toEqual({ offeredBy: '10.77.0.1', file: 'ipxe.efi', block: 1 })
    await running.line(/"to":"255\.255\.255\.255:68"/)
  })

  it('are needed: without any, the server says which one is missing', async () => {
    await using network = createNetwork({ us: lan(1) })
    const [program = '', ...args] = [...withCapabilities([]), ...server]
    const running = network.hosts.us.run(program, args)
    expect(await running.exit).not.toBe(0)
    expect(running.stderr).toContain('cap_net_bind_service')
  })
})

describe.skipIf(requirement([...WORLD_NEEDS, 'curl']))('the command line of the pod', () => {
  it('is alive at once and ready when all is made, writes to its volumes only, and stops when it is told to', async () => {
    const { data } = named('ConfigMap', 'auroraboot') as unknown as { data: Record<string, string> }
    const secret = named('Secret', 'auroraboot-cloud-config') as unknown as { stringData: Record<string, string> }
    const config = parse(data['config.yaml'] ?? '')
    const name = `kairos-${config.flavor}-${config.flavor_release}-core-amd64-generic-${config.release_version}`
    const iso = await isoOf(name)
    const url = `github.com/${config.repository}/releases/download/${config.release_version}/${name}.iso`
    await using world = await createPublicWorld(join(directory.path, 'world'), {
      files: { [url]: iso, [`${url}.sha256`]: `${sha256(iso)}  ${name}.iso\n` },
      images: {},
    })
    // As the pod: a root file system that cannot be written to, and a volume for the state.
    const volumes = `mount -t tmpfs state /var/lib && mkdir ${config.state_dir} && mount --bind . . && cd "$PWD" && mount -o remount,bind,ro / && ! touch /writable 2>/dev/null`
    const args = container.args.map((word: string) => word.replace('/etc/auroraboot/', ''))
    const command = await world.command('pod', `${volumes} && auroraboot ${args.join(' ')}`, {
      files: {
        'config.yaml': data['config.yaml'] ?? '',
        'secret/cloud-config.yaml': secret.stringData['cloud-config.yaml'] ?? '',
      },
      env: Object.fromEntries(container.env.map((each: { name: string; value: string }) => [each.name, each.value])),
    })
    await command.line(/Ctrl-C stops it/)
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
      const asked = world.machine.run('curl', ['-sf', `http://${world.address}:8080${container[probe].httpGet.path}`])
      expect([probe, await asked.exit]).toEqual([probe, 0])
    }
    expect(await command.interrupt('SIGTERM'), command.stderr).toBe(0)
  })
})

describe('the Containerfile', () => {
  const text = readFileSync(join(root, 'Containerfile'), 'utf8')
  const instructions = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line !== '')
  const words = (name: string) =>
    instructions.filter((line) => line.startsWith(`${name} `)).map((line) => line.split(/\s+/).slice(1))

  it('copies what there is, and the manifest of every workspace before it installs', () => {
    const copied = words('COPY')
      .filter(([first]) => !first?.startsWith('--'))
      .map((all) => all.slice(0, -1))
    for (const source of copied.flat()) expect([source, existsSync(join(root, source))]).toEqual([source, true])
    const workspaces = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/package.json`)
    expect(copied.flat()).toEqual(expect.arrayContaining([...workspaces, 'examples/package.json', 'package-lock.json']))
  })

  it('links the programs that the cli has, starts one of them, and exposes the ports of the manifests', () => {
    const programs = publishedPackages().flatMap(({ bins }) => Object.keys(bins))
    for (const program of programs) expect(text).toContain(`node_modules/.bin/${program}`)
    const [entry] = words('ENTRYPOINT')
    expect(programs).toContain(JSON.parse(entry?.join(' ') ?? '[]').at(-1))
    const ports = container.ports.map(
      (port: { containerPort: number; protocol: string }) => `${port.containerPort}/${port.protocol.toLowerCase()}`,
    )
    expect(words('EXPOSE').flat().sort()).toEqual(ports.sort())
  })

  it('installs packages that Debian has', () => {
    if (requirement(['apt-cache'])) return
    const packages = [...text.matchAll(/'(grub[^']+)'|no-install-recommends ([^\\]+)/g)].flatMap(([, grub, others]) =>
      (grub ?? others ?? '').split(/\s+/).filter((word) => /^[a-z]/.test(word)),
    )
    expect(packages.length).toBeGreaterThan(4)
    const known = execFileSync('apt-cache', ['pkgnames'], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).split('\n')
    expect(packages.filter((name) => !known.includes(name))).toEqual([])
  })
})
