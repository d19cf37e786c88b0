/**
 * Asks to be booted as iPXE does, and fetches all that it is told to. Prints the config that it got, or `no offer`.
 *
 *     node --import tsx pxe-client.ts 08:00:27:54:1a:d1
 */
import { setTimeout } from 'node:timers/promises'
import { openDatagramSocket } from '../../packages/netboot/src/servers/datagram-socket.js'
import {
  bootfileName,
  clientSystemArchitecture,
  decodePacket,
  emptyPacket,
  encodePacket,
  MessageType,
  messageType,
  Op,
  option,
  readOption,
  userClass,
} from '../../packages/netboot/src/servers/dhcp/index.js'

const PATIENCE_MS = 3_000
const [mac = ''] = process.argv.slice(2)

async function discover(): Promise<string | undefined> {
  const offered = Promise.withResolvers<string | undefined>()
  const socket = await openDatagramSocket({
    ...{ address: '0.0.0.0', port: 68, broadcast: true, onError: offered.reject },
    onMessage: (bytes) => offered.resolve(readOption(decodePacket(bytes).options, bootfileName)),
  })
  const request = emptyPacket({
    op: Op.request,
    xid: 7,
    flags: 0x8000,
    chaddr: Buffer.from(mac.replaceAll(':', ''), 'hex'),
    options: new Map([
      option(messageType, MessageType.discover),
      option(clientSystemArchitecture, [0]),
      option(userClass, ['iPXE']),
    ]),
  })
  socket.send(encodePacket(request), { address: '255.255.255.255', port: 67 })
  const url = await Promise.race([offered.promise, setTimeout(PATIENCE_MS, undefined, { ref: false })])
  socket.close()
  return url
}

const text = async (url: string) => (await fetch(url)).text()
const scriptUrl = await discover()
if (scriptUrl === undefined) console.log('no offer')
else {
  const script = await text(scriptUrl)
  for (const [, url = ''] of script.matchAll(/^(?:kernel|initrd) --name \S+ (\S+)/gm)) await text(url)
  await text(/root=live:(\S+)/.exec(script)?.[1] ?? '')
  console.log(await text(/config_url=(\S+)/.exec(script)?.[1] ?? ''))
}
