/**
 * Boots every machine on its network to a script that says that it was reached. Prints what happens, a line of JSON each:
 * `{ "ready": true }`, `{ "packet": hex, "from": … }` for all that comes to the DHCP and PXE ports, `{ "sent": hex, … }`,
 * `{ "event": … }` of the servers, `{ "http": method, "url": …, "agent": … }` and `{ "log": … }`.
 *
 *     node --import tsx boot-server.ts
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { memorySource } from '@kairos-sdk/netboot'
import { type OpenDatagramSocket, openDatagramSocket } from '../../packages/netboot/src/servers/datagram-socket.js'
import { architectureType, createProxyDhcpServer } from '../../packages/netboot/src/servers/dhcp/index.js'
import { createTftpServer } from '../../packages/netboot/src/servers/tftp/index.js'

const HTTP_PORT = 8090
const ipxeEfi = readFileSync('/boot/ipxe.efi')
const say = (line: object) => console.log(JSON.stringify(line))
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const log = (message: string) => say({ log: message })
const logger = { info: log, warn: log, debug() {} }

const openSocket: OpenDatagramSocket = async (options) => {
  const socket = await openDatagramSocket({
    ...options,
    onMessage(bytes, from) {
      say({ packet: hex(bytes), port: options.port, from: `${from.address}:${from.port}` })
      options.onMessage(bytes, from)
    },
  })
  return {
    local: socket.local,
    close: () => socket.close(),
    send(bytes, to) {
      say({ sent: hex(bytes), from: `${socket.local.address}:${socket.local.port}`, to: `${to.address}:${to.port}` })
      socket.send(bytes, to)
    },
  }
}

const proxy = createProxyDhcpServer({
  firmware: (type, address) =>
    architectureType(type).platform === 'efi-x64'
      ? { name: 'ipxe.efi', url: `http://${address}:${HTTP_PORT}/ipxe.efi` }
      : undefined,
  scriptUrl: ({ mac }, address) => `http://${address}:${HTTP_PORT}/script/${mac}`,
  openSocket,
  logger,
})
const tftp = createTftpServer({
  resolve: (name) => (name === 'ipxe.efi' ? memorySource(name, ipxeEfi) : undefined),
  logger,
})
// biome-ignore lint/suspicious/noTemplateCurlyInString: iPXE's variables look like that.
const script = '#!ipxe\nimgfetch reached?uuid=${uuid}&platform=${platform} ||\nsleep 3600\n'
const http = createServer(({ method, url = '', headers }, response) => {
  say({ http: method, url, agent: headers['user-agent'] })
  const body = url.startsWith('/script/') ? script.replace('reached', '../reached') : ipxeEfi
  if (url.startsWith('/reached')) response.end('ok')
  else response.setHeader('content-length', body.length).end(method === 'HEAD' ? undefined : body)
})

proxy.on((event) => say({ event }))
tftp.on((event) => say({ event }))
await proxy.start()
await tftp.start()
http.listen(HTTP_PORT, () => say({ ready: true }))
