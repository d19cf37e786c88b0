/**
 * Runs the commands of the three manuals that this project implements, without `docker run …`, and looks at what comes out.
 * docs/manual-examples.md says which test is whose; machines are booted by the tests that it names besides these.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeToken, generateToken, NEVER_ROTATE } from '@kairos-sdk/core'
import { fileSource, memorySource, openIso, readFully } from '@kairos-sdk/netboot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { FileSystemEntry } from '../packages/netboot/src/file-system/entry.js'
import { writeOciLayout } from '../packages/netboot/src/sources/archive/testing/write-oci-layout.js'
import { AURORA_YAML, AURORABOOT, TEMPLATE } from './manuals/auroraboot.js'
import { type ManualExample, withoutDocker } from './manuals/manual-example.js'
import { NETWORK_BOOTING, RELEASE_IMAGE, RELEASE_NAME } from './manuals/network-booting.js'
import { type CommandOptions, createPublicWorld, type RunningCommand, WORLD_NEEDS } from './manuals/public-world.js'
import { QR_CODE } from './manuals/qr-code.js'
import { CORE, K3S, makeReleases, partsOf, sha256 } from './manuals/releases.js'
import { requirement } from './requirements.js'
import { startScreen } from './screen.js'
import { temporaryDirectory } from './temporary.js'

const EXAMPLES = { ...QR_CODE, ...NETWORK_BOOTING, ...AURORABOOT }
type ExampleName = keyof typeof EXAMPLES

/** What a machine gets where no cloud config is given: one that says nothing. */
const DEFAULT_CONFIG = '#cloud-config\n'
const MAC = '08:00:27:54:1a:d1'
const CONFIG = AURORABOOT['node-configuration'].text
/** Of the parts that the image is made of. */
const IMAGE = 'image'

const isMissing = requirement([
  ...[...WORLD_NEEDS, 'wget', 'curl', 'dd', 'Xvfb', 'xterm', 'scrot'],
  ...['grub-mkimage', '/usr/lib/grub/i386-pc/boot_hybrid.img', '/usr/lib/ipxe/undionly.kpxe'],
])

describe.skipIf(isMissing)('the manuals', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  /** SHA-256 of the files of releases, by name. */
  const sums = new Map<string, string>()
  let world: Awaited<ReturnType<typeof createPublicWorld>>

  beforeAll(async () => {
    directory = await temporaryDirectory()
    const layout = join(directory.path, 'layout')
    const { kernel, initrd } = partsOf(IMAGE)
    const file = (path: string, content: Uint8Array | string): FileSystemEntry => {
      return { type: 'file', path, source: memorySource(path, content) }
    }
    await writeOciLayout(layout, [
      [file('/boot/vmlinuz', kernel), file('/etc/os-release', 'ID=lower\n')],
      [file('/boot/initrd', initrd), file('/etc/os-release', 'ID=upper\n')],
    ])
    const releases = await makeReleases()
    for (const [url, content] of Object.entries(releases)) sums.set(url.split('/').at(-1) ?? '', sha256(content))
    world = await createPublicWorld(directory.path, {
      files: {
        ...releases,
        'example.com/config.yaml': CONFIG,
        'example.com/aurora.yaml': AURORA_YAML,
        'raw.githubusercontent.com/kairos-io/kairos/master/examples/auroraboot/master-template.yaml': TEMPLATE,
      },
      images: {
        'kairos/core-rockylinux:v1.5.0': layout,
        'kairos/kairos-opensuse-leap:v1.5.1-k3sv1.21.14-k3s1': layout,
        [RELEASE_IMAGE.replace('quay.io/', '')]: layout,
      },
    })
    await world.startEngine()
  })
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]()
    await directory?.remove()
  })

  const run = (name: ExampleName, options: CommandOptions = {}) => {
    const example: ManualExample = EXAMPLES[name]
    return world.command(name, withoutDocker(example), options)
  }
  const succeed = async (name: ExampleName, options: CommandOptions = {}) => {
    const command = await run(name, options)
    expect(await command.exit, command.stderr).toBe(0)
    return command
  }

  describe('QR code', () => {
    /** A machine that shows the code of a token, until it has a config. */
    function startMachine(token: string) {
      return world.machine.kairosctl('receive', '--token', token, '--no-qr', '--timeout', '60s')
    }

    it('read-token: gives the values that the manual shows', async () => {
      const command = await world.command(
        'read-token',
        `kairosctl token show ${QR_CODE['read-token'].text} --reveal --json`,
      )
      expect(await command.exit, command.stderr).toBe(0)
      expect(command.stdout).toContain('9223372036854775807')
      for (const value of [
        ...['V4563YHJ77MTVZ2EMDY5AVH6IC6MT6E427LTMNCS2MXV3QVGUDIQ', 'qfMptAtTsiHqVfVHBaitAmvPdWrJBDpC'],
        ...['MRVSSNJCOVZ62WGDLYWDONRCCQ54LAU2LLFEN5DM4DGLYFXFXU4A', 'HPtZilIJxPXbQTTHOwdxbXfxKroVbfdH'],
        ...['27WJV7YMK7WS7QYU3WLOISQALYOGER4Q5JMUTURMTDFJKA55VYYA', '20971520'],
      ]) {
        expect(command.stdout).toContain(value)
      }
    })

    it('register-screen: registers the machine whose code is on the screen, with the flags in its config', async () => {
      await using screen = await startScreen()
      const token = encodeToken(generateToken({ interval: NEVER_ROTATE }))
      const machine = startMachine(token)
      await screen.show(token)
      const command = await succeed('register-screen', {
        files: { 'config.yaml': CONFIG },
        env: { DISPLAY: screen.display, XDG_SESSION_TYPE: 'x11' },
      })
      expect(command.stdout + command.stderr).not.toContain(token)
      expect(await machine.exit, machine.stderr).toBe(0)
      expect(machine.stdout).toBe(CONFIG.replace('device: "auto"', 'device: /dev/sda'))
    })

    it.each(['register-image', 'register-token'] as const)('%s: registers the machine', async (name) => {
      const token = encodeToken(generateToken({ interval: NEVER_ROTATE }))
      const machine = startMachine(token)
      const draw = await world.command(name, `kairosctl qr ${token} --output code.png`)
      expect(await draw.exit, draw.stderr).toBe(0)
      await succeed(name, { files: { 'config.yaml': CONFIG }, env: { TOKEN: token } })
      expect(await machine.exit, machine.stderr).toBe(0)
      expect(machine.stdout).toBe(CONFIG)
    })
  })

  describe('Network booting', () => {
    it('ipxe-script: is what iso ipxe writes into its image', async () => {
      const script = withoutDocker(NETWORK_BOOTING['ipxe-script'])
      const options = ['kernel', 'initrd', 'rootfs'].map((key) => {
        return `--${key} ${new RegExp(`^set ${key} (\\S+)$`, 'm').exec(script)?.[1]}`
      })
      const url = /^set url (\S+)$/m.exec(script)?.[1]
      const text = `auroraboot iso ipxe kairos.iso.ipxe --url ${url} ${options.join(' ')} && auroraboot iso cat kairos.iso.ipxe /script.ipxe`
      const command = await world.command('ipxe-script', text)
      expect(await command.exit, command.stderr).toBe(0)
      expect(command.stdout).toContain(`${script}\n`)
    })

    it('pixiecore-files, pixiecore, pixiecore-log: the files are fetched and served as the command line says', async () => {
      const files = await succeed('pixiecore-files')
      const server = await world.command('pixiecore-files', withoutDocker(NETWORK_BOOTING.pixiecore))
      await server.line(/Ctrl-C stops it/)
      const { kernel, initrd, rootfs } = partsOf(RELEASE_NAME)
      const got = await bootAs(MAC)
      expect(got.files).toEqual([kernel, initrd, rootfs].map(sha256))
      expect(got.config).toBe(await readFile(join(files.directory, 'config.yaml'), 'utf8'))
      expect(await server.interrupt(), server.stderr).toBe(0)
      expectLog(server.stderr, NETWORK_BOOTING['pixiecore-log'].text)
    })
  })

  describe('AuroraBoot', () => {
    const ISO_FILES = [
      ...['config.yaml', 'kairos.iso', 'kairos.iso.custom.iso', 'kairos.iso.custom.iso.sha256', 'kairos.iso.sha256'],
    ]
    const withConfig = { files: { 'config.yaml': CONFIG } }

    /** The files that the manual lists, and what is in them. */
    async function expectIsoFiles(directory: string, config: string, release?: string): Promise<void> {
      const at = (name: string) => join(directory, 'iso', name)
      expect((await readdir(join(directory, 'iso'))).sort()).toEqual(ISO_FILES)
      expect(await readFile(at('config.yaml'), 'utf8')).toBe(config)
      for (const name of ['kairos.iso', 'kairos.iso.custom.iso']) {
        expect(await readFile(at(`${name}.sha256`), 'utf8')).toBe(`${sha256(await readFile(at(name)))} ${name}\n`)
      }
      const custom = await openIso(await fileSource(at('kairos.iso.custom.iso')))
      const source = await custom.open('/config.yaml')
      expect(Buffer.from(await readFully(source, 0, source.size)).toString()).toBe(config)
      for (const name of ['config.yaml', 'kairos.iso.custom.iso']) expect((await stat(at(name))).mode & 0o077).toBe(0)
      if (release !== undefined) expect(sha256(await readFile(at('kairos.iso')))).toBe(sums.get(`${release}.iso`))
    }

    /** A machine gets kernel and initial RAM disk of the release or image, a root file system, and this config. */
    async function expectBoot(config: string, name: string): Promise<void> {
      const { kernel, initrd, rootfs } = partsOf(name)
      const got = await bootAs(MAC)
      expect(got.config).toBe(config)
      expect(got.files.slice(0, 2)).toEqual([kernel, initrd].map(sha256))
      if (name !== IMAGE) expect(got.files[2]).toBe(sha256(rootfs))
    }

    /** The page of the ISO files, and one of them. */
    async function expectIsoServer(): Promise<void> {
      const get = async (path: string) => {
        const curl = world.machine.run('curl', ['-sSf', `http://${world.address}:8080${path}`])
        expect(await curl.exit, curl.stderr).toBe(0)
        return curl.stdout
      }
      expect(await get('/')).toContain('kairos.iso.custom.iso')
      expect(await get('/kairos.iso.sha256')).toMatch(/^[0-9a-f]{64} kairos\.iso\n$/)
      const secret = world.machine.run('curl', ['-sf', `http://${world.address}:8080/config.yaml`])
      expect([await secret.exit, secret.stdout]).toEqual([22, ''])
    }

    async function serving(
      name: ExampleName,
      options: CommandOptions,
      look: (command: RunningCommand) => Promise<void>,
    ) {
      const command = await run(name, options)
      await command.line(/Ctrl-C stops it/)
      await look(command)
      expect(await command.interrupt(), command.stderr).toBe(0)
      return command
    }

    it('node-configuration: is a cloud config that nodes accept', async () => {
      const command = await world.command('node-configuration', 'kairosctl validate config.yaml', withConfig)
      expect(await command.exit, command.stderr).toBe(0)
    })

    it.each([
      ['overview', CORE, {}],
      ['run-release', K3S, {}],
      ['netboot-core-release', CORE, withConfig],
      ['netboot-k3s-release', K3S, withConfig],
    ] as const)('%s: makes the ISO files of a release and boots machines', async (name, release, options) => {
      const config = name === 'run-release' ? DEFAULT_CONFIG : CONFIG
      const { directory, stderr } = await serving(name, options, async () => {
        await expectBoot(config, release)
        await expectIsoServer()
      })
      await expectIsoFiles(join(directory, 'state'), config, release)
      expectLog(stderr, AURORABOOT['boot-log'].text.replace(/^.*TFTP.*\n/m, ''))
    })

    it.each([
      ['netboot-image', {}],
      ['run-image', {}],
      ['run-engine', {}],
      ['netboot-container-image', withConfig],
    ] as const)('%s: makes the ISO files of an image and boots machines', async (name, options) => {
      const config = name === 'netboot-container-image' ? CONFIG : DEFAULT_CONFIG
      const { directory } = await serving(name, options, async () => {
        await expectBoot(config, IMAGE)
        await expectIsoServer()
      })
      await expectIsoFiles(join(directory, 'state'), config)
    })

    it.each([
      ['offline-image', undefined],
      ['offline-release', K3S],
      ['offline-registry-image', undefined],
    ] as const)('%s: writes the ISO files and ends', async (name, release) => {
      const { directory } = await succeed(name, withConfig)
      await expectIsoFiles(join(directory, 'build'), CONFIG, release)
    })

    it("pull-local-image, offline-local-image: the same of the engine's image", async () => {
      const commands = [AURORABOOT['pull-local-image'], AURORABOOT['offline-local-image']].map(withoutDocker)
      const command = await world.command('offline-local-image', commands.join('\n'), withConfig)
      expect(await command.exit, command.stderr).toBe(0)
      await expectIsoFiles(join(command.directory, 'build'), CONFIG)
    })

    it('list-results, dd: the files are listed, and a stick gets the bytes of the custom ISO', async () => {
      const commands = [AURORABOOT['offline-release'], AURORABOOT['list-results'], AURORABOOT.dd].map(withoutDocker)
      const command = await world.command('dd', commands.join('\n'), withConfig)
      expect(await command.exit, command.stderr).toBe(0)
      for (const name of ISO_FILES) expect(command.stdout).toContain(` ${name}\n`)
      const [stick, iso] = ['stick.img', 'build/iso/kairos.iso.custom.iso'].map((name) => join(command.directory, name))
      expect(sha256(await readFile(stick ?? ''))).toBe(sha256(await readFile(iso ?? '')))
    })

    it('configuration-reference: every key means what the manual says', async () => {
      const file = withoutDocker(AURORABOOT['configuration-reference'])
      const text = 'auroraboot aurora.yaml --dry-run --json'
      const command = await world.command('configuration-reference', text, { files: { 'aurora.yaml': file } })
      expect(await command.exit, command.stderr).toBe(0)
      for (const key of Object.keys(parse(file))) expect(command.stdout).toContain(key)
      const { steps } = JSON.parse(command.stdout.trim().split('\n').at(-1) ?? '') as { steps: { serves: string[] }[] }
      expect(steps.flatMap(({ serves }) => serves)).toEqual([])
    })

    it.each([
      ['configuration-file', AURORA_YAML],
      ['aurora-yaml', AURORA_YAML],
      ['cloud-config-option', CONFIG],
    ] as const)('%s: does what the file says, unless an option says something else', async (name, expected) => {
      const config = expected === AURORA_YAML ? (parse(AURORA_YAML).cloud_config as string) : expected
      const files = { 'aurora.yaml': AURORA_YAML, 'config.yaml': CONFIG }
      await serving(name, { files }, () => expectBoot(config, IMAGE))
    })

    it('disable-netboot: does what the file at the URL says, and boots nobody', async () => {
      const { directory } = await serving('disable-netboot', {}, async () => {
        await expectIsoServer()
        expect(await askAs(MAC)).toMatchObject({ stdout: 'no offer\n' })
      })
      await expectIsoFiles(join(directory, 'state'), parse(AURORA_YAML).cloud_config as string)
    })

    it.each([
      ['template', { files: { 'config.yaml': TEMPLATE } }],
      ['template-url', {}],
    ] as const)('%s: boots machines with a config whose gaps are filled', async (name, options) => {
      const config = TEMPLATE.replace('[[.kairos.password]]', 'foobar').replace('[[.github.user]]', 'mudler')
      await serving(name, options, () => expectBoot(config, IMAGE))
    })

    it("stdin: boots machines with the config of the pipe, whose {{ }} are the machine's", async () => {
      const config = /^#cloud-config[\s\S]*(?=^EOF)/m.exec(AURORABOOT.stdin.text)?.[0] ?? ''
      expect(config).toContain('{{ trunc 4 .MachineID }}')
      await serving('stdin', {}, () => expectBoot(config, IMAGE))
    })
  })

  /** What a machine gets that asks as iPXE does. */
  async function bootAs(mac: string) {
    const client = await askAs(mac)
    expect(client.stdout).not.toBe('no offer\n')
    return { files: JSON.parse(client.stderr) as string[], config: client.stdout.replace(/\n$/, '') }
  }

  async function askAs(mac: string) {
    const client = world.machine.node('e2e/peers/pxe-client.ts', [mac])
    expect(await client.exit, client.stderr).toBe(0)
    return client
  }

  /** Each line of a log in a manual is there, but for its time and addresses; upstream wrote [DHCP] before it wrote DHCP. */
  function expectLog(log: string, manual: string): void {
    for (const line of manual.split('\n')) {
      const words = line.replace(/^[\d/]+ [\d:]+ /, '').replace(/^\[(\w+)\]/, '$1:')
      const plain = words.replace(/([0-9a-f]{2}:){5}[0-9a-f]{2}/, MAC).replace(/ to \d.*/, ' to ')
      expect(log).toContain(plain)
    }
  }
})
