/**
 * Asks to be booted as iPXE does, and fetches all that it is told to. Prints the config that it got, or `no offer`; and on
 * standard error, as JSON, SHA-256 of the kernel, the initial RAM disks and the root file system.
 *
 *     node pxe-client.ts 08:00:27:54:1a:d1
 */
import { createHash } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
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
} from '@kairos-sdk/netboot/dhcp'

const PATIENCE_MS = 3_000
const [mac = ''] = process.argv.slice(2)

async function discover(): Promise<string | undefined> {
  const offered = Promise.withResolvers<string | undefined>()
  const socket = createSocket('udp4')
  socket.on('error', offered.reject)
  socket.on('message', (bytes) => offered.resolve(readOption(decodePacket(bytes).options, bootfileName)))
  socket.bind(68)
  await once(socket, 'listening')
  socket.setBroadcast(true)
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
  socket.send(encodePacket(request), 67, '255.255.255.255')
  const url = await Promise.race([offered.promise, setTimeout(PATIENCE_MS, undefined, { ref: false })])
  socket.close()
  return url
}

const text = async (url: string) => (await fetch(url)).text()
const sha256 = async (url: string) => {
  const bytes = await (await fetch(url)).arrayBuffer()
  return createHash('sha256').update(Buffer.from(bytes)).digest('hex')
}
const scriptUrl = await discover()
if (scriptUrl === undefined) console.log('no offer')
else {
  const script = await text(scriptUrl)
  const files: string[] = []
  for (const [, url = ''] of script.matchAll(/^(?:kernel|initrd) --name \S+ (\S+)/gm)) files.push(await sha256(url))
  files.push(await sha256(/root=live:(\S+)/.exec(script)?.[1] ?? ''))
  console.error(JSON.stringify(files))
  console.log(await text(/config_url=(\S+)/.exec(script)?.[1] ?? ''))
}
