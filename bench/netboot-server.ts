/** The servers for bench/netboot.ts, in a process of their own: FILE IPXE TFTP_PORT HTTP_PORT. */
import { fileSource, memorySource } from '@kairos-sdk/netboot'
import { createProxyDhcpServer } from '@kairos-sdk/netboot/dhcp'
import { createHttpServer } from '@kairos-sdk/netboot/http'
import { createTftpServer } from '@kairos-sdk/netboot/tftp'

const [file = '', ipxe = '', tftpPort, httpPort] = process.argv.slice(2)
const DHCP_PORT = 10067
const RELAY_PORT = 10068

const http = createHttpServer({ address: '127.0.0.1', port: Number(httpPort) })
const { url } = http.register(await fileSource(file), { name: 'rootfs.squashfs' })
const build = await fileSource(ipxe)
const tftp = createTftpServer({
  resolve: (name) => (name === 'ipxe.efi' ? build : undefined),
  addresses: ['127.0.0.1'],
  port: Number(tftpPort),
})
const base = `http://127.0.0.1:${httpPort}`
const dhcp = createProxyDhcpServer({
  firmware: () => ({ name: 'undionly.kpxe' }),
  scriptUrl: ({ mac }) =>
    http
      .handle({ name: 'boot.ipxe', machine: mac }, () => ({
        source: memorySource('s', '#!ipxe\n'),
        contentType: 'text/plain',
      }))
      .url(base),
  interfaces: ['127.0.0.1'],
  ports: { dhcp: DHCP_PORT, relay: RELAY_PORT, pxe: 0 },
})
await http.start()
await tftp.start()
await dhcp.start()
console.log(JSON.stringify({ url: url(base), dhcpPort: DHCP_PORT, relayPort: RELAY_PORT }))
process.once('SIGTERM', () => void Promise.all([dhcp.stop(), tftp.stop(), http.stop()]))
