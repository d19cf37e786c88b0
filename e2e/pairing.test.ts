import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeToken, generateToken, NEVER_ROTATE } from '@kairos-sdk/core'
import { renderQrPng } from '@kairos-sdk/edgevpn/qr'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createNetwork, type HostPlan } from './namespaces.js'
import { requirement } from './requirements.js'

const CONFIG = '#cloud-config\n# for the basement\ninstall:\n  auto: true # yes\nusers:\n- name: kairos\n'
const SENT = CONFIG.replace('install:\n', 'install:\n  device: /dev/sda\n  reboot: true\n')

const newToken = (interval = NEVER_ROTATE) => encodeToken(generateToken({ interval }))

let directory: string
let config: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pairing-'))
  config = join(directory, 'config.yaml')
  await writeFile(config, CONFIG)
})
afterAll(() => rm(directory, { recursive: true }))

/** Two hosts and more on a switch, with no gateway and no way to anywhere. */
const lan = (address: number): HostPlan => ({ interfaces: { lan: `10.77.0.${address}/24` } })
const register = (...args: string[]) => ['register', '--config', config, '--timeout', '60s', ...args]
const receive = (token: string, ...args: string[]) => [
  'receive',
  '--token',
  token,
  '--no-qr',
  '--timeout',
  '60s',
  ...args,
]

describe.skipIf(requirement(['ip', 'root']))('pairing on one network segment without internet', () => {
  it('registers by token, receiver first; the config arrives with the flags merged and nothing else changed', async () => {
    await using network = createNetwork({ node: lan(1), me: lan(2) })
    const { node, me } = network.hosts
    const token = newToken()
    const output = join(directory, 'received.yaml')
    const receiving = node.kairosctl(...receive(token, '--output', output))
    await receiving.line(/Waiting for a machine/)
    const registering = me.kairosctl(...register('--device', '/dev/sda', '--reboot', token))
    expect(await registering.exit, registering.stderr).toBe(0)
    expect(await receiving.exit, receiving.stderr).toBe(0)
    expect(await readFile(output, 'utf8')).toBe(SENT)
    expect((await stat(output)).mode & 0o777).toBe(0o600)
    for (const { stdout, stderr } of [registering, receiving]) {
      expect(`${stdout}${stderr}`).not.toContain(token.slice(100, 160))
      expect(`${stdout}${stderr}`).not.toContain('basement')
    }
  })

  it('registers by a picture of the code, sender first', async () => {
    await using network = createNetwork({ node: lan(1), me: lan(2) })
    const { node, me } = network.hosts
    const token = newToken()
    const picture = join(directory, 'code.png')
    await writeFile(picture, await renderQrPng(token))
    const registering = me.kairosctl(...register('--json', picture))
    await registering.line(/"listening"/)
    const receiving = node.kairosctl(...receive(token))
    expect(await receiving.exit, receiving.stderr).toBe(0)
    expect(receiving.stdout).toBe(CONFIG)
    expect(await registering.exit, registering.stderr).toBe(0)
    expect(JSON.parse(registering.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      event: 'result',
      machines: [{ status: 'registered' }],
    })
  })

  it('finds its way though the keys rotate every 2 seconds', async () => {
    await using network = createNetwork({ node: lan(1), me: lan(2), late: lan(3) })
    const { node, me } = network.hosts
    const token = newToken(2n)
    const receiving = node.kairosctl(...receive(token))
    await receiving.line(/Waiting for a machine/)
    // Whoever joins 5 seconds later meets a receiver that has moved on at least twice.
    await network.hosts.late.run('sleep', ['5']).exit
    const registering = me.kairosctl(...register(token))
    expect(await registering.exit, registering.stderr).toBe(0)
    expect(await receiving.exit, receiving.stderr).toBe(0)
  })

  it.each([
    ['sender', 1_000, 0],
    ['receiver', 0, 1_000],
  ])("pairs though the %s's clock is a whole period ahead", async (_who, sender, receiver) => {
    await using network = createNetwork({ node: lan(1), me: lan(2) })
    const { node, me } = network.hosts
    const token = newToken(1_000n)
    const receiving = node.node('e2e/peers/pair-at.ts', ['receive', token, String(receiver)])
    const sending = me.node('e2e/peers/pair-at.ts', ['send', token, String(sender)])
    expect(await sending.exit, sending.stderr).toBe(0)
    expect(await receiving.exit, receiving.stderr).toBe(0)
    expect(JSON.parse(receiving.stdout)).toMatchObject({ config: '#cloud-config\na: 1\n' })
  })

  it('pairs while a third peer floods the room with garbage under the right token', async () => {
    const withRoute = { ...lan(3), routes: { '224.0.0.0/4': 'dev lan' } }
    await using network = createNetwork({ node: lan(1), me: lan(2), vandal: withRoute })
    const { node, me, vandal } = network.hosts
    const token = newToken()
    const vandalising = vandal.node('e2e/peers/vandal.ts', [token])
    const receiving = node.kairosctl(...receive(token, '--log-level', 'debug'))
    await vandalising.line(/in the room/)
    await receiving.line(/dropped/)
    const registering = me.kairosctl(...register(token))
    expect(await registering.exit, registering.stderr).toBe(0)
    // The vandal stays and passes our block on: the receiver may have to wait until it is sure.
    expect(await receiving.exit, receiving.stderr).toBe(0)
    expect(receiving.stdout).toBe(CONFIG)
    expect(await me.run('ps', ['-o', 'pid=', '-p', String(vandalising.pid)]).exit).toBe(0)
  })

  it('pairs when the sender is killed and started again', async () => {
    await using network = createNetwork({ node: lan(1), me: lan(2) })
    const { node, me } = network.hosts
    const token = newToken()
    const receiving = node.kairosctl(...receive(token))
    await receiving.line(/Waiting for a machine/)
    // Stopped, the receiver's kernel still takes the connection of a sender that will not live to use it.
    receiving.kill('SIGSTOP')
    const first = me.kairosctl(...register(token))
    await first.line(/Waiting for a machine/)
    first.kill('SIGKILL')
    expect(await first.exit).not.toBe(0)
    receiving.kill('SIGCONT')
    const second = me.kairosctl(...register(token))
    expect(await second.exit, second.stderr).toBe(0)
    expect(await receiving.exit, receiving.stderr).toBe(0)
  })

  it('pairs when the machine restarts while the sender waits', async () => {
    await using network = createNetwork({ node: lan(1), me: lan(2) })
    const { node, me } = network.hosts
    const token = newToken()
    const registering = me.kairosctl(...register(token))
    await registering.line(/Waiting for a machine/)
    const first = node.kairosctl(...receive(token))
    await first.line(/Waiting for a machine/)
    first.kill('SIGKILL')
    await first.exit
    const second = node.kairosctl(...receive(token))
    expect(await second.exit, second.stderr).toBe(0)
    expect(await registering.exit, registering.stderr).toBe(0)
  })

  it('carries a cloud config of 1 MB that cannot be compressed', async () => {
    await using network = createNetwork({ node: lan(1), me: lan(2) })
    const { node, me } = network.hosts
    const token = newToken()
    const large = join(directory, 'large.yaml')
    const text = `#cloud-config\nfile: ${randomBytes(750_000).toString('base64')}\n`
    await writeFile(large, text)
    const receiving = node.kairosctl(...receive(token))
    const registering = me.kairosctl('register', '--config', large, '--timeout', '60s', token)
    expect(await registering.exit, registering.stderr).toBe(0)
    expect(await receiving.exit, receiving.stderr).toBe(0)
    expect(receiving.stdout === text).toBe(true)
  })

  it('registers ten machines at once', async () => {
    await using network = createNetwork({ nodes: lan(1), me: lan(2) })
    const { nodes, me } = network.hosts
    const tokens = Array.from({ length: 10 }, () => newToken())
    const receiving = tokens.map((token) => nodes.kairosctl(...receive(token)))
    const registering = me.kairosctl(...register('--json', ...tokens))
    expect(await registering.exit, registering.stderr).toBe(0)
    for (const one of receiving) {
      expect(await one.exit, one.stderr).toBe(0)
      expect(one.stdout).toBe(CONFIG)
    }
  })

  it('says what to look at when no machine answers', async () => {
    await using network = createNetwork({ me: lan(2) })
    const registering = network.hosts.me.kairosctl('register', '--config', config, '--timeout', '2s', newToken())
    expect(await registering.exit).toBe(8)
    expect(registering.stderr).toContain('No machine answered in 2 s.')
    expect(registering.stderr).toContain('UDP 5353')
  })
})

/** Two hosts on segments of their own, and a third with a leg in both. */
const across = (forwards: boolean) => ({
  node: { interfaces: { east: '10.77.1.1/24' }, ...(forwards && { routes: { '10.77.2.0/24': 'via 10.77.1.254' } }) },
  me: { interfaces: { west: '10.77.2.1/24' }, ...(forwards && { routes: { '10.77.1.0/24': 'via 10.77.2.254' } }) },
  between: { interfaces: { east: '10.77.1.254/24', west: '10.77.2.254/24' }, forwards },
})

describe.skipIf(requirement(['ip', 'root', 'sysctl']))('pairing across network segments without mDNS', () => {
  it.each([
    ["finds the machine through a third host's DHT", true, [] as string[]],
    ['reaches the machine only through a relay', false, ['--relay']],
  ])('%s', async (_how, forwards, flags) => {
    await using network = createNetwork(across(forwards))
    const { node, me, between } = network.hosts
    const token = newToken()
    const meeting = between.node('e2e/peers/meeting-point.ts', ['/ip4/0.0.0.0/tcp/4001', ...flags])
    const [, id] = await meeting.line(/meet at .*\/p2p\/(\w+)/)
    const at = (address: string) => ['--no-mdns', '--bootstrap', `/ip4/${address}/tcp/4001/p2p/${id}`]
    const receiving = node.kairosctl(...receive(token, ...at('10.77.1.254')))
    const registering = me.kairosctl(...register(...at('10.77.2.254'), token))
    expect(await registering.exit, registering.stderr).toBe(0)
    expect(await receiving.exit, receiving.stderr).toBe(0)
    expect(receiving.stdout).toBe(CONFIG)
  })
})
