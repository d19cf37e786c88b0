import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { requirement } from './requirements.js'
import { temporaryDirectory } from './temporary.js'

const KAIROSCTL = fileURLToPath(new URL('../packages/cli/bin/kairosctl.js', import.meta.url))
const LOOPBACK = ['--no-dht', '--listen', '/ip4/127.0.0.1/tcp/0']

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let config: string
beforeAll(async () => {
  directory = await temporaryDirectory()
  config = join(directory.path, 'config.yaml')
  await writeFile(config, '#cloud-config\nhostname: node\n')
})
afterAll(() => directory.remove())

function kairosctl(args: readonly string[], options: { input?: string; nodeArgs?: string[]; env?: object } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...(options.nodeArgs ?? []), KAIROSCTL, ...args], {
    encoding: 'utf8',
    input: options.input ?? '',
    cwd: directory.path,
    env: { ...process.env, ...options.env },
  })
  return { status, stdout, stderr }
}

const newToken = () => kairosctl(['token', 'generate', '--interval', 'never']).stdout.trim()

/** Files and built-in modules that a command loads. */
async function modulesOf(...args: string[]): Promise<string> {
  const log = join(directory.path, `modules-${args.join('-')}`)
  const preload = `import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
registerHooks({ load(url, context, next) { appendFileSync(${JSON.stringify(log)}, url + '\\n'); return next(url, context) } })`
  const { status } = kairosctl(args, { nodeArgs: ['--import', `data:text/javascript,${encodeURIComponent(preload)}`] })
  expect(status).toBe(0)
  return readFile(log, 'utf8')
}

describe('the built kairosctl', () => {
  it('starts without the network and picture libraries', async () => {
    for (const args of [['--help'], ['register', '--help'], ['--version']]) {
      const modules = await modulesOf(...args)
      expect(modules).toContain('/yargs/')
      expect(modules).not.toMatch(/libp2p|jimp|jsqr|zxing|otplib|node_modules\/yaml\/|packages\/edgevpn\//)
    }
    expect(await modulesOf('token', 'generate')).not.toMatch(/libp2p|jimp|jsqr|zxing|packages\/edgevpn\//)
  })

  it('tells each kind of failure by its exit code, on standard error only', async () => {
    const directoryPath = directory.path
    await writeFile(join(directoryPath, 'cut.png'), Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'))
    await writeFile(join(directoryPath, 'blank.pbm'), `P1\n64 64\n${'0 '.repeat(64 * 64)}`)
    const cases: [string[], number, RegExp][] = [
      [[], 2, /Usage: kairosctl <command>/],
      [['regster'], 2, /Did you mean: kairosctl register/],
      [['register', 'x'], 2, /--config is required\.\n {2}For example: kairosctl register --config config\.yaml/],
      [['register', 'x', '--config', 'none.yaml'], 4, /none\.yaml: it does not exist/],
      [['register', 'x', '--config', '.'], 4, /it is a directory/],
      [['register', 'x', '--config', 'cut.png'], 4, /not text/],
      [['validate', '-'], 3, /standard input must start with the line #cloud-config; it is empty/],
      [['register', 'none.png', '--config', config], 4, /There is no file none\.png/],
      [['register', 'b3RwOgog', '--config', config], 5, /token/],
      [['register', 'cut.png', '--config', config], 6, /cut\.png/],
      [['register', 'blank.pbm', '--config', config], 7, /No QR code in blank\.pbm/],
      [['register', newToken(), '--config', config, '--timeout', '1s', ...LOOPBACK], 8, /No machine answered in 1 s/],
      [['receive', '--token', newToken(), '--timeout', '1s', ...LOOPBACK], 8, /No config arrived in 1 s/],
      [['receive', '--output', 'no/such/file'], 11, /its directory does not exist/],
    ]
    for (const [args, expected, message] of cases) {
      const { status, stdout, stderr } = kairosctl(args, { env: { DISPLAY: '', WAYLAND_DISPLAY: '' } })
      expect([args, status, stdout, stderr]).toEqual([args, expected, '', expect.stringMatching(message)])
    }
  })

  it('sends a config that a server gives to a machine that shows its code in a picture', async () => {
    const server = createServer((_request, response) => response.end('#cloud-config\n# from a server\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/config.yaml`
    const token = newToken()
    expect(kairosctl(['qr', token, '--output', 'code.png']).status).toBe(0)
    const receive = ['receive', '--token', token, '--timeout', '60s', ...LOOPBACK]
    const machine = spawn(process.execPath, [KAIROSCTL, ...receive], { stdio: ['ignore', 'pipe', 'ignore'] })
    const received = machine.stdout.setEncoding('utf8').toArray()
    const register = ['register', 'code.png', '--config', url, '--device', '/dev/sda', '--timeout', '60s', ...LOOPBACK]
    const person = spawn(process.execPath, [KAIROSCTL, ...register, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: directory.path,
    })
    const said = person.stdout.setEncoding('utf8').toArray()
    await Promise.all([once(machine, 'close'), once(person, 'close')])
    server.close()
    const lines = (await said).join('').trim().split('\n')
    expect([machine.exitCode, person.exitCode]).toEqual([0, 0])
    expect((await received).join('')).toBe('#cloud-config\n# from a server\ninstall:\n  device: /dev/sda\n')
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ event: 'result', machines: [{ status: 'registered' }] })
    expect(lines.join('')).not.toContain(token)
  })

  it.skipIf(process.platform === 'win32').each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends by itself after %s, with %i, and leaves no file behind', async (signal, expected) => {
    const args = ['receive', '--token', newToken(), '--output', 'received.yaml', ...LOOPBACK]
    const child = spawn(process.execPath, [KAIROSCTL, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: directory.path,
    })
    for await (const text of child.stderr.setEncoding('utf8')) {
      if (text.includes('Waiting')) child.kill(signal)
    }
    if (child.exitCode === null) await once(child, 'close')
    expect(child.exitCode).toBe(expected)
    const left = spawnSync('ls', ['-A', directory.path], { encoding: 'utf8' }).stdout
    expect(left).not.toContain('received.yaml')
  })

  it.skipIf(process.platform === 'win32')('stops waiting for standard input at Ctrl-C', async () => {
    const args = [KAIROSCTL, 'validate', '-', '--log-level', 'debug']
    // Standard input stays open, as that of a terminal does.
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'pipe'] })
    for await (const text of child.stderr.setEncoding('utf8')) {
      if (text.includes('Reading standard input')) child.kill('SIGINT')
    }
    if (child.exitCode === null) await once(child, 'close')
    expect(child.exitCode).toBe(130)
  })

  it('takes a reader that goes away for no mistake', () => {
    const { status, stderr } = spawnSync('sh', ['-c', `"${process.execPath}" "${KAIROSCTL}" token generate | true`], {
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([0, ''])
  })
})

describe.skipIf(requirement(['/dev/full', 'sh']))('standard output on a full disk', () => {
  it('is told of in a sentence and by the exit code', async () => {
    await mkdir(join(directory.path, 'files'), { recursive: true })
    await writeFile(join(directory.path, 'files/f'), 'x'.repeat(300_000))
    const create = ['auroraboot', 'iso', 'create', 'files.iso', '--from', 'files', '--no-boot']
    expect(kairosctl(create).status).toBe(0)
    const commands = [
      'token generate',
      'validate config.yaml',
      'auroraboot iso ls files.iso --json',
      'auroraboot iso cat files.iso f',
      'auroraboot unpack --log-level error dir:files -',
    ]
    for (const command of commands) {
      const script = `"${process.execPath}" "${KAIROSCTL}" ${command} > /dev/full`
      const { status, stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8', cwd: directory.path })
      const expected = '✖ Cannot write to standard output: the disk is full.\n  Free some room and try again.\n'
      expect([command, status, stderr]).toEqual([command, 11, expected])
    }
  })
})

describe.skipIf(process.platform !== 'linux' || requirement(['script']))('a terminal that is closed', () => {
  it('stops the program, which leaves no file behind', async () => {
    const receive = ['receive', '--token', newToken(), '--output', 'from-terminal.yaml', ...LOOPBACK]
    const commandLine = `exec ${[process.execPath, KAIROSCTL, ...receive].map((word) => `'${word}'`).join(' ')}`
    const terminal = spawn('script', ['--quiet', '--flush', '--command', commandLine, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      cwd: directory.path,
    })
    const begun = async () => (await readdir(directory.path)).filter((name) => name.includes('from-terminal'))
    for await (const text of terminal.stdout.setEncoding('utf8')) {
      if (!text.includes('Waiting')) continue
      expect(await begun()).toHaveLength(1)
      terminal.kill('SIGKILL')
    }
    await vi.waitFor(async () => expect(await begun()).toEqual([]), { timeout: 20_000 })
  })
})

describe.skipIf(requirement(['bash']))('completion in bash', () => {
  /** What bash offers for the last of the words. */
  async function offered(...words: string[]): Promise<string[]> {
    const link = join(directory.path, 'kairosctl')
    await symlink(KAIROSCTL, link).catch(() => {})
    const script = `source <(kairosctl completion bash)
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_kairosctl
printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', 'kairosctl', ...words], {
      encoding: 'utf8',
      cwd: directory.path,
      env: { ...process.env, PATH: `${directory.path}:${join(process.execPath, '..')}:${process.env.PATH}` },
    })
    expect(stderr).toBe('')
    return stdout.trim().split('\n')
  }

  it('offers commands, options, their values and files', async () => {
    expect(await offered('re')).toEqual(['register', 'receive'])
    expect(await offered('token', '')).toEqual(['generate', 'show', 'keys'])
    expect(await offered('register', '--no')).toEqual(['--no-dht', '--no-mdns'])
    expect(await offered('register', '--log-level', 'd')).toEqual(['debug'])
    expect(await offered('register', '--config', 'conf')).toEqual(['config.yaml'])
  })
})
