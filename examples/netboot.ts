/**
 * Boots every machine on this network that is set to boot from it, beside the DHCP server that is there already, and
 * prints how far each of them is. Stop it with Ctrl-C.
 *
 *     sudo node netboot.ts kernel initrd rootfs.squashfs config.yaml [INTERFACE]
 */
import { KairosError } from '@kairos-sdk/core'
import { fileSource } from '@kairos-sdk/netboot'
import { createNetbootServer } from '@kairos-sdk/netboot/boot'

const [kernel = 'kernel', initrd = 'initrd', rootfs = 'rootfs.squashfs', config = 'config.yaml', on] =
  process.argv.slice(2)

try {
  const server = createNetbootServer({
    artifacts: {
      kernel: await fileSource(kernel),
      initrds: [await fileSource(initrd)],
      rootfs: await fileSource(rootfs),
    },
    cloudConfig: await fileSource(config),
    interfaces: on === undefined ? undefined : [on],
  })
  process.once('SIGINT', () => void server.stop({ graceMs: 5_000 }))
  const events = server.events()
  const { addresses, httpPort } = await server.start()
  console.log(`Waiting for machines on ${addresses.join(', ')}, port ${httpPort}`)
  for await (const event of events) {
    if (event.type === 'refused') console.log(`refused  ${event.client.address}: ${event.reason}`)
    else if (event.type === 'failed') console.log(`failed   ${event.mac ?? '?'}: ${event.error.message}`)
    else if ('bytes' in event)
      console.log(`sent     ${event.mac}: ${event.name}, ${event.bytes} bytes in ${event.ms.toFixed()} ms`)
    else console.log(`${event.type.padEnd(8)} ${event.mac}`)
  }
} catch (error) {
  if (!KairosError.is(error)) throw error
  console.error(`${error.code}: ${error.message}\n${error.hint ?? ''}`)
  process.exitCode = 1
}
