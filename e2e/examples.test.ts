import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderQrPng } from '@kairos-sdk/edgevpn/qr'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createNetwork } from './namespaces.js'
import { requirement } from './requirements.js'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'examples-'))
})
afterAll(() => rm(directory, { recursive: true }))

const lan = (address: number) => ({ interfaces: { lan: `10.77.0.${address}/24` } })

describe.skipIf(requirement(['ip', 'root']))('the examples run as they stand', () => {
  it.each(['token', 'picture'])('register.ts sends a config to receive.ts, by %s', async (how) => {
    await using network = createNetwork({ node: lan(1), me: lan(2) })
    const config = join(directory, 'config.yaml')
    const received = join(directory, `received-by-${how}.yaml`)
    await writeFile(config, '#cloud-config\nusers: []\n')
    const receiving = network.hosts.node.node('examples/receive.ts', [received])
    const [, token = ''] = await receiving.line(/^(b3Rw[\w+/=]+)$/)
    const picture = join(directory, 'code.png')
    await writeFile(picture, await renderQrPng(token))
    const registering = network.hosts.me.node('examples/register.ts', [config, how === 'token' ? token : picture])
    expect(await registering.exit, registering.stderr).toBe(0)
    expect(registering.stdout).toMatch(/has its config after \d+ ms/)
    expect(await receiving.exit, receiving.stderr).toBe(0)
    expect(await readFile(received, 'utf8')).toBe(
      '#cloud-config\nusers: []\ninstall:\n  device: /dev/sda\n  reboot: true\n',
    )
  })

  it('register.ts says by code and in words what is wrong', async () => {
    await using network = createNetwork({ me: lan(2) })
    const registering = network.hosts.me.node('examples/register.ts', ['config.yaml', 'no-token!'])
    expect(await registering.exit).toBe(1)
    expect(registering.stderr).toContain('token/not-base64')
  })

  it('the demo shows a machine being registered', async () => {
    await using network = createNetwork({ me: lan(1) })
    const demo = network.hosts.me.node('scripts/demo.ts', [])
    expect(await demo.exit, demo.stderr).toBe(0)
    expect(demo.stdout).toContain(
      'install:\n  device: /dev/sda\n  reboot: true\n  auto: true        # no questions asked\n',
    )
  })
})
