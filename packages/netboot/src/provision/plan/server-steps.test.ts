import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fakeNetwork } from '../../servers/fake-network.js'
import { readConfiguration } from '../configuration/index.js'
import { runSteps } from '../steps/index.js'
import { netbootCheckStep } from './server-steps.js'

describe('the look for what keeps network boot from starting', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kairos-check-'))
    await writeFile(join(directory, 'ipxe.efi'), 'build')
  })
  afterEach(() => rm(directory, { recursive: true }))

  async function check(address: string) {
    const set = ['container_image=x', 'netboot_http_port=0', `netboot_listen_addr=${address}`]
    const { configuration } = await readConfiguration({ set })
    const step = netbootCheckStep(configuration, {
      ipxe: { directory, systemDirectories: [], cacheDirectory: directory },
      netboot: {
        openSocket: fakeNetwork().host('127.0.0.1').openSocket,
        ownInterfaces: () => [{ name: 'lo', address: '127.0.0.1', netmask: '255.0.0.0', internal: true }],
      },
    })
    return await runSteps([step])
  }

  it('takes an own address, and 0.0.0.0 for all', async () => {
    for (const address of ['', '127.0.0.1', '0.0.0.0']) await check(address)
    await expect(check('192.0.2.1')).rejects.toMatchObject({ code: 'argument/invalid' })
  })
})
