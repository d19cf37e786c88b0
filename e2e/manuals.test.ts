/**
 * Runs the commands of the three manuals that this project implements, without `docker run …`, and looks at what comes out.
 * docs/manual-examples.md says which test is whose; machines are booted by the tests that it names besides these.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeToken, generateToken, NEVER_ROTATE } from '@kairos-sdk/core'
import { memorySource, readFully } from '@kairos-sdk/netboot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FileSystemEntry } from '../packages/netboot/src/file-system/entry.js'
import { authorIso } from '../packages/netboot/src/media/iso/index.js'
import { AURORA_YAML, AURORABOOT, TEMPLATE } from './manuals/auroraboot.js'
import { type ManualExample, withoutDocker } from './manuals/manual-example.js'
import { NETWORK_BOOTING, RELEASE_IMAGE, RELEASE_NAME } from './manuals/network-booting.js'
import { type CommandOptions, createPublicWorld, WORLD_NEEDS } from './manuals/public-world.js'
import { QR_CODE } from './manuals/qr-code.js'
import { requirement } from './requirements.js'
import { startScreen } from './screen.js'
import { writeOciLayout } from './small-oci-layout.js'
import { temporaryDirectory } from './temporary.js'

const EXAMPLES = { ...QR_CODE, ...NETWORK_BOOTING, ...AURORABOOT }
type ExampleName = keyof typeof EXAMPLES

const MAC = '08:00:27:54:1a:d1'
const CONFIG = AURORABOOT['node-configuration'].text
const CORE = 'core-rockylinux-v1.5.0'
const K3S = 'kairos-opensuse-leap-v1.5.1-k3sv1.21.14+k3s1'

const sha256 = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex')

/** What a release is made of. Nobody starts it here. */
function partsOf(name: string) {
  const kernel = Buffer.alloc(4096)
  kernel.write('HdrS', 0x202)
  return { kernel, initrd: Buffer.from(`initrd of ${name}`), rootfs: Buffer.from(`hsqs of ${name}`) }
}

async function isoOf(name: string): Promise<Buffer> {
  const { kernel, initrd, rootfs } = partsOf(name)
  const files = { '/boot/kernel': kernel, '/boot/initrd': initrd, '/rootfs.squashfs': rootfs }
  const entries = Object.entries(files).map(([path, content]) => {
    return { path, type: 'file', source: memorySource(path, content) } as const
  })
  const image = await authorIso({ volumeLabel: 'COS_LIVE', entries })
  return Buffer.from(await readFully(image, 0, image.size))
}

/** The files of GitHub's releases. */
async function releases(): Promise<Record<string, string | Uint8Array>> {
  const files: Record<string, string | Uint8Array> = {}
  for (const [place, name] of [
    ['kairos-io/kairos/releases/download/v1.5.0', CORE],
    ['kairos-io/provider-kairos/releases/download/v1.5.1', K3S],
    ['kairos-io/kairos/releases/download/v3.6.0', RELEASE_NAME],
  ] as const) {
    const path = `github.com/${place}/${name}`
    const { kernel, initrd, rootfs } = partsOf(name)
    const iso = await isoOf(name)
    files[`${path}.iso`] = iso
    files[`${path}.iso.sha256`] = `${sha256(iso)}  ${name}.iso\n`
    files[`${path}-kernel`] = kernel
    files[`${path}-initrd`] = initrd
    files[`${path}.squashfs`] = rootfs
  }
  return files
}

const isMissing = requirement([...WORLD_NEEDS, 'wget', 'curl', 'dd', 'Xvfb', 'xterm', 'scrot', 'grub-mkimage'])

describe.skipIf(isMissing)('the manuals', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let world: Awaited<ReturnType<typeof createPublicWorld>>

  beforeAll(async () => {
    directory = await temporaryDirectory()
    const layout = join(directory.path, 'layout')
    const { kernel } = partsOf('image')
    const file = (path: string, content: Uint8Array | string): FileSystemEntry => {
      return { type: 'file', path, source: memorySource(path, content) }
    }
    await writeOciLayout(layout, [
      [file('/boot/vmlinuz', kernel), file('/etc/os-release', 'ID=lower\n')],
      [file('/boot/initrd', 'initrd of the image'), file('/etc/os-release', 'ID=upper\n')],
    ])
    world = await createPublicWorld(directory.path, {
      files: {
        ...(await releases()),
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

  /** What a machine gets that asks as iPXE does. */
  async function bootAs(mac: string) {
    const client = world.machine.run(process.execPath, ['--import', 'tsx', 'e2e/peers/pxe-client.ts', mac])
    expect(await client.exit, client.stderr).toBe(0)
    expect(client.stdout).not.toBe('no offer\n')
    return { files: JSON.parse(client.stderr) as string[], config: client.stdout.replace(/\n$/, '') }
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
