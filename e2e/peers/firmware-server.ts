/**
 * Offers every UEFI machine on its network a small file by DHCP, and serves it by TFTP. Prints a line of JSON for what it
 * sends by DHCP, `{ "to": … }`, and `{ "ready": true }` when it serves.
 *
 *     node --import tsx firmware-server.ts
 */
import { memorySource } from '../../packages/netboot/src/bytes/index.js'
import { type OpenDatagramSocket, openDatagramSocket } from '../../packages/netboot/src/servers/datagram-socket.js'
import { createProxyDhcpServer } from '../../packages/netboot/src/servers/dhcp/index.js'
import { createTftpServer } from '../../packages/netboot/src/servers/tftp/index.js'

const FILE = 'ipxe.efi'
const say = (line: object) => console.log(JSON.stringify(line))

const openSocket: OpenDatagramSocket = async (options) => {
  const socket = await openDatagramSocket(options)
  return {
    local: socket.local,
    close: () => socket.close(),
    send(bytes, to) {
      say({ to: `${to.address}:${to.port}` })
      socket.send(bytes, to)
    },
  }
}

const proxy = createProxyDhcpServer({
  firmware: () => ({ name: FILE }),
  scriptUrl: (_machine, address) => `http://${address}/script`,
  openSocket,
})
const tftp = createTftpServer({ resolve: (name) => (name === FILE ? memorySource(name, 'firmware') : undefined) })
await proxy.start()
await tftp.start()
say({ ready: true })
