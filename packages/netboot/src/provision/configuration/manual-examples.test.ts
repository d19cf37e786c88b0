import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AURORA_YAML, AURORABOOT } from '../../../../../e2e/manuals/auroraboot.js'
import { readConfiguration } from './read-configuration.js'

const CLOUD_CONFIG = AURORABOOT['node-configuration'].text

let directory: string
let cloudConfig: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'manual-'))
  cloudConfig = join(directory, 'config.yaml')
  await writeFile(cloudConfig, CLOUD_CONFIG)
})
afterAll(() => rm(directory, { recursive: true }))

describe("the manual's command lines", () => {
  const release = (version: string, flavor: string, repository: string, artifact = version) => ({
    set: [`artifact_version=${artifact}`, `release_version=${version}`, `flavor=${flavor}`, `repository=${repository}`],
    source: { kind: 'release', releaseVersion: version, artifactVersion: artifact, flavor, repository },
  })
  const image = (name: string) => ({ set: [`container_image=${name}`], source: { kind: 'image', image: name } })
  const offline = ['disable_http_server=true', 'disable_netboot=true', 'state_dir=/tmp/auroraboot']

  it.each([
    ['Overview', release('v1.5.0', 'rockylinux', 'kairos-io/kairos'), []],
    ['Container image', image('quay.io/kairos/kairos-opensuse-leap:v1.5.1-k3sv1.21.14-k3s1'), []],
    [
      'Container image, with dockerd',
      image('docker://quay.io/kairos/kairos-opensuse-leap:v1.5.1-k3sv1.21.14-k3s1'),
      [],
    ],
    ['Github releases', release('v1.5.1', 'opensuse-leap', 'kairos-io/provider-kairos', 'v1.5.1-k3sv1.21.14+k3s1'), []],
    ['Offline ISO, container image', image('quay.io/kairos/core-rockylinux:v1.5.0'), offline],
    [
      'Offline ISO, Github releases',
      release('v1.5.1', 'opensuse-leap', 'kairos-io/provider-kairos', 'v1.5.1-k3sv1.21.14+k3s1'),
      offline,
    ],
    ['Offline ISO build from local container image', image('docker://localhost/image'), offline],
    ['Netboot from container images', image('quay.io/kairos/core-rockylinux:v1.5.0'), []],
  ])('%s', async (_title, { set, source }, more) => {
    const read = await readConfiguration({ set: [...set, ...more], cloudConfig })
    expect(read.configuration.source).toMatchObject(source)
    expect(read.configuration).toMatchObject({
      disableNetboot: more.length > 0,
      disableHttpServer: more.length > 0,
      stateDir: '/tmp/auroraboot',
    })
    expect(read.rendered?.text).toBe(CLOUD_CONFIG)
    expect(read.warnings).toEqual([])
  })

  it('Cloud config: values of --set in the template', async () => {
    const path = join(directory, 'template.yaml')
    await writeFile(
      path,
      CLOUD_CONFIG.replace('passwd: "kairos"', 'passwd: "[[.kairos.password]]"').replace(
        '# - github:mudler',
        '- github:[[.github.user]]',
      ),
    )
    const set = ['github.user=mudler', 'kairos.password=foobar', 'container_image=x']
    const { rendered, warnings } = await readConfiguration({ cloudConfig: path, set })
    expect(rendered?.text).toContain('passwd: "foobar"')
    expect(rendered?.text).toContain('- github:mudler')
    expect(warnings).toEqual([])
  })

  it('Cloud config: from a pipe', async () => {
    const text = '#cloud-config\n\nhostname: metal-bundle-test-{{ trunc 4 .MachineID }}\n'
    const set = ['container_image=quay.io/kairos/kairos-opensuse-leap:v1.5.1-k3sv1.21.14-k3s1']
    const { rendered } = await readConfiguration({ cloudConfig: '-', set, stdin: Readable.from([Buffer.from(text)]) })
    expect(rendered?.text).toBe(text)
  })
})

describe("the manual's configuration files", () => {
  it('Configuration: the reference', async () => {
    const { configuration, cloudConfig, warnings } = await readConfiguration({
      text: AURORABOOT['configuration-reference'].text,
    })
    expect(configuration).toMatchObject({
      source: { kind: 'image', image: '...' },
      disableNetboot: true,
      disableHttpServer: true,
      stateDir: '/tmp/auroraboot',
      listenAddress: { port: 8080 },
    })
    expect(cloudConfig).toBeUndefined()
    expect(warnings).toEqual(['container_image takes over: release_version, artifact_version, flavor not used'])
  })

  it('Use the config file', async () => {
    const path = join(directory, 'aurora.yaml')
    await writeFile(path, AURORA_YAML)
    const { configuration, rendered, warnings } = await readConfiguration({ file: path })
    expect(configuration.source).toEqual({
      kind: 'image',
      image: 'quay.io/kairos/core-rockylinux:v1.5.0',
      allowInsecureRegistries: false,
    })
    // As printed, it has lost the indentation below install and users: still YAML, and passed on as it is.
    expect(rendered?.text).toBe(AURORA_YAML.slice(AURORA_YAML.indexOf('    #cloud-config')).replace(/^ {4}/gm, ''))
    expect(rendered?.check.keys).toContain('auto')
    expect(warnings).toEqual([])
  })

  it('any field can be set over the file, as disable_netboot=true is', async () => {
    const text = 'container_image: x\ndisable_netboot: false\n'
    const { configuration } = await readConfiguration({ text, set: ['disable_netboot=true'] })
    expect(configuration.disableNetboot).toBe(true)
  })
})
