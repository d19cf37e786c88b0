import { describe, expect, it } from 'vitest'
import { readConfiguration } from '../configuration/index.js'
import { checkPorts } from './check-ports.js'

describe('checkPorts', () => {
  const check = async (...set: string[]) => {
    const { configuration } = await readConfiguration({ set: ['container_image=x', ...set] })
    checkPorts(configuration)
  }

  it.each([
    [['listen_addr=:8090']],
    [['netboot_http_port=8080']],
    [['listen_addr=0.0.0.0:8090', 'netboot_listen_addr=10.0.0.1']],
    [['listen_addr=[::]:8090', 'netboot_listen_addr=10.0.0.1']],
    [['listen_addr=10.0.0.1:8090', 'netboot_listen_addr=10.0.0.1']],
    [['listen_addr=10.0.0.1:8090', 'netboot_listen_addr=0.0.0.0']],
  ])('refuses one port for both servers: %j', async (set) => {
    await expect(check(...set)).rejects.toMatchObject({
      code: 'configuration/invalid',
      message: expect.stringMatching(/^listen_addr and netboot_http_port: .* (8080|8090) for both found/),
    })
  })

  it.each([
    [['listen_addr=:0', 'netboot_http_port=0']],
    [['listen_addr=127.0.0.1:8090', 'netboot_listen_addr=10.0.0.1']],
    [['listen_addr=[::1]:8090']],
    [['listen_addr=:8090', 'disable_netboot=true']],
    [['listen_addr=:8090', 'disable_http_server=true']],
    [['listen_addr=:8090', 'disable_iso=true']],
    [[]],
  ])('takes %j', async (set) => {
    await check(...set)
  })
})
