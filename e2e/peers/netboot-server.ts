/**
 * Boots every machine on its network. Prints what happens, a line of JSON each: `{ "ready": … }`, `{ "event": … }`,
 * `{ "log": … }`, after each event `{ "machines": … }`, and `{ "packet": hex }` for all that comes to the DHCP port.
 *
 *     node --import tsx netboot-server.ts KERNEL INITRD ROOTFS CONFIG EXTRA_ARGUMENTS [INTERFACE...]
 */
import { readFileSync } from 'node:fs'
import { fileSource } from '@kairos-sdk/netboot'
import { createNetbootServer } from '../../packages/netboot/src/servers/boot/index.js'
import { type OpenDatagramSocket, openDatagramSocket } from '../../packages/netboot/src/servers/datagram-socket.js'

const [kernel = '', initrd = '', rootfs = '', config = '', extraCmdline, ...interfaces] = process.argv.slice(2)
const say = (line: object) => console.log(JSON.stringify(line))
const log = (message: string) => say({ log: message })

const openSocket: OpenDatagramSocket = (options) =>
  openDatagramSocket({
    ...options,
    onMessage(bytes, from) {
      if (options.port === 67) say({ packet: Buffer.from(bytes).toString('hex') })
      options.onMessage(bytes, from)
    },
  })

const server = createNetbootServer({
  artifacts: {
    kernel: await fileSource(kernel),
    initrds: [await fileSource(initrd)],
    rootfs: await fileSource(rootfs),
  },
  cloudConfig: readFileSync(config, 'utf8'),
  extraCmdline,
  interfaces: interfaces.length > 0 ? interfaces : undefined,
  logger: { info: log, warn: log, debug() {} },
  openSocket,
})
server.on((event) => {
  say({ event })
  say({ machines: server.machines() })
})
say({ ready: await server.start() })
process.once('SIGTERM', () => void server.stop())
