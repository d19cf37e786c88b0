import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { KairosError } from '@kairos-sdk/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfiguration } from './read-configuration.js'
import { refusal } from './testing/refusal.js'

const CLOUD_CONFIG = '#cloud-config\ninstall:\n  auto: true\n'
const IMAGE = 'container_image=quay.io/kairos/core-rockylinux:v1.5.0'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'configuration-'))
})
afterAll(() => rm(directory, { recursive: true }))

async function file(name: string, text: string): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, text)
  return path
}

const ofText = (text: string) => refusal({ text, set: [IMAGE] })

describe('readConfiguration', () => {
  it('fills in the defaults', async () => {
    const { configuration, templateValues, cloudConfig, warnings } = await readConfiguration({ set: [IMAGE] })
    expect(configuration).toEqual({
      source: { kind: 'image', image: 'quay.io/kairos/core-rockylinux:v1.5.0', allowInsecureRegistries: false },
      arch: 'amd64',
      stateDir: '/tmp/auroraboot',
      listenAddress: { host: undefined, port: 8080 },
      disableHttpServer: false,
      disableIso: false,
      disableNetboot: false,
      netboot: { httpPort: 8090, listenAddress: undefined, cmdline: undefined },
      iso: { includeDate: false },
      noDefaultCloudConfig: false,
      machines: undefined,
    })
    expect(templateValues).toMatchObject({ state_dir: '/tmp/auroraboot', iso: { include_date: false }, netboot: {} })
    expect([cloudConfig, warnings]).toEqual([undefined, []])
  })

  it('takes every key, in a file and by --set, to the same effect', async () => {
    const keys = {
      artifact_version: 'v3.4.0-k3sv1.32.1+k3s1',
      release_version: 'v3.4.0',
      flavor: 'ubuntu',
      flavor_release: '24.04',
      variant: 'standard',
      model: 'rpi4',
      platform: 'linux/arm64',
      repository: 'me/mine',
      release_server: 'http://127.0.0.1:1234/mirror',
      'allow-insecure-registries': true,
      disable_netboot: true,
      disable_http_server: true,
      disable_iso: true,
      netboot_http_port: 9090,
      netboot_listen_addr: '10.0.0.1',
      state_dir: '/var/lib/x',
      listen_addr: '[::1]:0',
      no_default_cloud_config: true,
      machines: 'machines.csv',
      iso: {
        name: 'a',
        override_name: 'b',
        include_date: true,
        overlay_iso: 'c',
        overlay_rootfs: 'd',
        'extend-live-cmdline': 'console=ttyS0,115200 a=b',
        live_console: 'ttyS0,115200',
      },
      netboot: { cmdline: 'rd.live.debug=1,2' },
    }
    const set = Object.entries(keys).flatMap(([name, value]) =>
      typeof value === 'object'
        ? Object.entries(value).map(([inner, text]) => `${name}.${inner}=${text}`)
        : [`${name}=${value}`],
    )
    const bySet = await readConfiguration({ set })
    const byFile = await readConfiguration({ text: JSON.stringify(keys) })
    expect(byFile.configuration).toEqual(bySet.configuration)
    expect(byFile.keys).toEqual(bySet.keys)
    expect(bySet.templateValues).toMatchObject(byFile.templateValues)
    expect(bySet.configuration).toEqual({
      source: {
        kind: 'release',
        artifactVersion: 'v3.4.0-k3sv1.32.1+k3s1',
        releaseVersion: 'v3.4.0',
        flavor: 'ubuntu',
        flavorRelease: '24.04',
        variant: 'standard',
        model: 'rpi4',
        repository: 'me/mine',
        releaseServer: 'http://127.0.0.1:1234/mirror',
      },
      arch: 'arm64',
      stateDir: '/var/lib/x',
      listenAddress: { host: '::1', port: 0 },
      disableHttpServer: true,
      disableIso: true,
      disableNetboot: true,
      netboot: { httpPort: 9090, listenAddress: '10.0.0.1', cmdline: 'rd.live.debug=1,2' },
      iso: {
        name: 'a',
        overrideName: 'b',
        includeDate: true,
        overlayIso: 'c',
        overlayRootfs: 'd',
        extendLiveCmdline: 'console=ttyS0,115200 a=b',
        liveConsole: 'ttyS0,115200',
      },
      noDefaultCloudConfig: true,
      machines: 'machines.csv',
    })
  })

  it('is frozen', async () => {
    const { configuration } = await readConfiguration({ set: [IMAGE] })
    for (const part of [configuration, configuration.source, configuration.iso, configuration.netboot]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })

  it('takes versions in a file that YAML takes for numbers as they are written', async () => {
    const { configuration } = await readConfiguration({
      text: 'release_version: 1.10\nflavor: ubuntu\nflavor_release: 24.10\nmodel: 007\n',
    })
    expect(configuration.source).toMatchObject({ releaseVersion: '1.10', flavorRelease: '24.10', model: '007' })
  })

  it('takes both spellings, and the old names with a warning', async () => {
    const { configuration, warnings } = await readConfiguration({
      text: 'allow_insecure_registries: true\niso: { data: /x, extend_live_cmdline: y }\narch: arm64\n',
      set: [IMAGE],
    })
    expect(configuration).toMatchObject({ arch: 'arm64', iso: { overlayIso: '/x', extendLiveCmdline: 'y' } })
    expect(configuration.source).toMatchObject({ allowInsecureRegistries: true })
    expect(warnings).toEqual(['The configuration, line 2, column 8: iso.data is the old name of iso.overlay_iso'])
  })

  it('puts --set before --cloud-config before the file before the defaults', async () => {
    const [low, middle, high] = await Promise.all(
      ['low', 'middle', 'high'].map((name) => file(`${name}.yaml`, `${CLOUD_CONFIG}name: ${name}\n`)),
    )
    const text = `state_dir: /file\nmodel: file\ncloud_config: ${low}\n`
    const text1 = (await readConfiguration({ text, set: [IMAGE] })).rendered?.text
    const both = await readConfiguration({ text, cloudConfig: middle, set: [IMAGE, 'state_dir=/a', 'state_dir=/set'] })
    const all = await readConfiguration({ text, cloudConfig: middle, set: [IMAGE, `cloud_config=${high}`] })
    expect(text1).toContain('name: low')
    expect(both.rendered?.text).toContain('name: middle')
    expect(all.rendered?.text).toContain('name: high')
    expect(both.configuration.stateDir).toBe('/set')
    expect(all.configuration.stateDir).toBe('/file')
    expect(all.configuration.listenAddress.port).toBe(8080)
  })

  it('takes an empty value for no value', async () => {
    const text = 'container_image: x\nrelease_version: v1.0.0\nflavor: ubuntu\nmodel: ""\nstate_dir:\ncloud_config: |\n'
    const { configuration, cloudConfig } = await readConfiguration({ text, set: ['container_image='] })
    expect(configuration.source).toMatchObject({ kind: 'release', model: 'generic' })
    expect([configuration.stateDir, cloudConfig]).toEqual(['/tmp/auroraboot', undefined])
  })

  it('says what a container image takes over from', async () => {
    const { warnings } = await readConfiguration({ set: [IMAGE, 'flavor=ubuntu', 'release_version=v1.0.0'] })
    expect(warnings).toEqual(['container_image takes over: release_version, flavor not used'])
  })

  it.each([
    [[], ['release_version, artifact_version, flavor are missing']],
    [['flavor=ubuntu'], ['release_version, artifact_version are missing']],
    [['release_version=v1.5.0'], ['; flavor is missing']],
  ])('names what is missing with %j', async (set, parts) => {
    const error = await refusal({ set })
    expect(error.code).toBe('configuration/invalid')
    for (const part of parts) expect(error.message).toContain(part)
  })

  it('reads the file from a URL and from standard input', async () => {
    const server = createServer((_request, response) => response.end('container_image: from-url\n')).listen(
      0,
      '127.0.0.1',
    )
    await new Promise((resolve) => server.once('listening', resolve))
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/aurora.yaml`
      expect((await readConfiguration({ file: url })).configuration.source).toMatchObject({ image: 'from-url' })
    } finally {
      server.close()
    }
    const stdin = Readable.from([Buffer.from('\ufeffcontainer_image: piped\n')])
    expect((await readConfiguration({ file: '-', stdin })).configuration.source).toMatchObject({ image: 'piped' })
    for (const set of [[], ['cloud_config=-']]) {
      const both = { file: '-', stdin: Readable.from([Buffer.from(`${IMAGE.replace('=', ': ')}\n`)]), set }
      expect((await refusal({ ...both, ...(set.length === 0 && { cloudConfig: '-' }) })).code).toBe('argument/invalid')
    }
    expect((await refusal({ file: join(directory, 'nowhere') })).code).toBe('input/not-found')
  })
})

describe('mistakes in a configuration', () => {
  it.each([
    ['disable_netbot: true', 'line 1, column 1: there is no key disable_netbot', 'disable_netboot'],
    ['\niso:\n  nmae: x', 'line 3, column 3: there is no key iso.nmae', 'iso.name'],
    ['overlay_iso: x', 'there is no key overlay_iso', 'iso.overlay_iso'],
    ['extend-live-cmdline: x', 'there is no key extend-live-cmdline', 'iso.extend-live-cmdline'],
    ['github: { user: mudler }', 'there is no key github', '--set'],
    ['iso.name: x', 'there is no key iso.name', undefined],
    ['disable_netboot: "yes"', 'disable_netboot: true or false expected, text found', undefined],
    ['disable_netboot: 1', 'true or false expected, a number found', undefined],
    ['flavor: [a]', 'flavor: text expected, a list found', undefined],
    ['flavor: { a: b }', 'flavor: text expected, further keys found', undefined],
    ['flavor: true', 'flavor: text expected, true or false found', undefined],
    ['netboot_http_port: 80.5', 'a whole number expected, a number found', undefined],
    ['netboot_http_port: 70000', 'a number from 0 to 65535 expected', undefined],
    ['listen_addr: "8080"', 'listen_addr: an address such as :8080', undefined],
    ['listen_addr: ":70000"', 'an address such as :8080', undefined],
    ['netboot_listen_addr: eth0', 'an IPv4 address expected', undefined],
    ['netboot_listen_addr: "::"', 'an IPv4 address expected', undefined],
    ['repository: kairos', 'OWNER/NAME expected', undefined],
    ['release_server: ftp://x', 'an http or https URL expected', undefined],
    ['arch: "a b"', 'an architecture', undefined],
    [
      'iso: { name: ../x }',
      'iso.name: a file name without slashes and control characters, of at most 200 bytes expected',
      undefined,
    ],
    ['iso: { name: "a\\tb" }', 'iso.name: a file name without', undefined],
    [`iso: { name: ${'x'.repeat(201)} }`, 'iso.name: a file name without', undefined],
    ['iso: x', 'iso: further keys expected, text found', undefined],
    ['[]', 'keys with values expected, a list found', undefined],
    ['a: b: c', 'line 1, column 4: this is not YAML', undefined],
    ['? [a]\n: b', 'the name of a key expected', undefined],
    ['arch: arm64\nplatform: amd64', 'platform: arch (The configuration, line 1, column 1) is the same key', undefined],
  ])('%j', async (text, problem, hint) => {
    const error = await ofText(text)
    expect(error).toMatchObject({ code: 'configuration/invalid', message: expect.stringContaining(problem) })
    if (hint !== undefined) expect(error.hint).toContain(hint)
  })

  it.each(['disk: { efi: true }', 'system: { memory: 1 }', 'iso: { extensions: [] }'])(
    '%j is what is not supported',
    async (text) => {
      expect((await ofText(text)).code).toBe('configuration/unsupported')
      expect((await refusal({ set: ['disk.efi=true'] })).code).toBe('configuration/unsupported')
    },
  )

  it('names all of them, with the file', async () => {
    const path = await file('wrong.yaml', 'flavr: a\nmodel: [1]\n')
    const error = await refusal({ file: path })
    expect(error.message).toBe(
      `${path}, line 1, column 1: there is no key flavr.\n${path}, line 2, column 1: model: text expected, a list found.`,
    )
  })

  it.each([
    ['disable_netboot=maybe', '--set disable_netboot: true or false expected, something else found.'],
    ['netboot_http_port=x', '--set netboot_http_port: a whole number expected, something else found.'],
    ['netboot_http_port=70000', '--set netboot_http_port: a number from 0 to 65535 expected, something else found.'],
    [
      'listen_addr=8080',
      '--set listen_addr: an address such as :8080 or 127.0.0.1:8080 expected, something else found.',
    ],
    ['iso=x', '--set iso: iso has further keys and takes no value.'],
  ])('--set %s', async (set, message) => {
    expect((await refusal({ set: [IMAGE, set] })).message).toBe(message)
  })

  it('gives templates every value of --set, under the name as it was written too', async () => {
    const set = ['platform=arm64', 'insecure=true', 'iso.extend-live-cmdline=quiet', 'disk=/dev/sda', 'system=lab']
    const { configuration, keys, templateValues, rendered } = await readConfiguration({
      set: [IMAGE, ...set],
      text: `cloud_config: |\n  #cloud-config\n  a: '[[ .platform ]] [[ .disk | default "auto" ]] [[ .insecure ]]'\n`,
    })
    expect(rendered?.text).toBe("#cloud-config\na: 'arm64 /dev/sda true'\n")
    expect(configuration.arch).toBe('arm64')
    expect(keys).toMatchObject({ arch: 'arm64', iso: { extend_live_cmdline: 'quiet' } })
    expect(Object.keys(keys)).not.toContain('platform')
    expect(templateValues).toMatchObject({
      ...{ arch: 'arm64', platform: 'arm64', insecure: true, disk: '/dev/sda', system: 'lab' },
      iso: { extend_live_cmdline: 'quiet', 'extend-live-cmdline': 'quiet', include_date: false },
    })
    const hidden = await readConfiguration({ set: [IMAGE, 'cloud-config=#cloud-config'] })
    expect(JSON.stringify(hidden.templateValues)).not.toContain('#cloud-config')
  })

  it('warns of a --set that is nearly a key, and takes it for a template value', async () => {
    const { templateValues, warnings } = await readConfiguration({
      set: [IMAGE, 'disable_netbot=true', 'github.user=x'],
    })
    expect(templateValues).toMatchObject({ disable_netbot: true, github: { user: 'x' } })
    expect(warnings).toEqual([
      '--set disable_netbot: there is no key disable_netbot, so it is only a value for templates. Did you mean disable_netboot?',
    ])
  })

  it('never show a value, whatever it is', async () => {
    const secret = 's3cret'
    const texts = [
      `flavor: [${secret}]`,
      `disable_netboot: ${secret}`,
      `listen_addr: ${secret}:`,
      `repository: ${secret}`,
      `flavor: *${secret}`,
      `flavor: "${secret}`,
      `flavor: !${secret}! x`,
      `cloud_config: |\n  #cloud-config\n  a: "${secret}: [[ .x.y ]]"\n`,
      `cloud_config: |\n  #cloud-config\n  a: {${secret}\n`,
    ]
    for (const text of texts) {
      const error = await ofText(text)
      expect(`${error.message} ${error.hint}`).not.toContain(secret)
    }
    for (const set of [`disable_iso=${secret}`, `iso=${secret}`, `=${secret}`, secret, `arch=${secret} x`]) {
      const error = await refusal({ set: [IMAGE, set] })
      expect(`${error.message} ${error.hint}`).not.toContain(secret)
    }
  })

  it('are ours, whatever the text', async () => {
    const piece = fc.constantFrom(
      'iso',
      'netboot',
      'flavor',
      ': ',
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '*a',
      '&a ',
      '"',
      '|\n',
      'true',
      '1.10',
      '<<',
      '__proto__',
      '? ',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(piece, fc.string()), { maxLength: 12 }), async (pieces) => {
        try {
          await readConfiguration({ text: pieces.join(''), set: [IMAGE] })
        } catch (error) {
          if (!KairosError.is(error)) throw error
        }
        expect(Object.keys(Object.prototype)).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})
