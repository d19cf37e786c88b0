/**
 * Boots the machines of a list, each with a cloud config of its own; leaves all others alone. The list is JSON: hardware
 * addresses or UUIDs, and the host names to give them.
 *
 *     sudo node per-machine-config.ts machines.json kernel initrd rootfs.squashfs [INTERFACE]
 *     { "08:00:27:54:1a:d1": "node-1", "4c4c4544-0042-3510-8054-b4c04f4d3532": "node-2" }
 */
import { readFile } from 'node:fs/promises'
import { KairosError } from '@kairos-sdk/core'
import { fileSource } from '@kairos-sdk/netboot'
import { createNetbootServer, policyByMachine } from '@kairos-sdk/netboot/boot'

const [list = 'machines.json', kernel = 'kernel', initrd = 'initrd', rootfs = 'rootfs.squashfs', on] =
  process.argv.slice(2)

const configFor = (hostname: string) => `#cloud-config
hostname: ${JSON.stringify(hostname)}
install: { auto: true, device: auto, reboot: true }
`

try {
  const names: Record<string, string> = JSON.parse(await readFile(list, 'utf8'))
  const setups = Object.entries(names).map(([machine, name]) => [machine, { cloudConfig: configFor(name) }])
  const server = createNetbootServer({
    artifacts: {
      kernel: await fileSource(kernel),
      initrds: [await fileSource(initrd)],
      rootfs: await fileSource(rootfs),
    },
    // A function would do as well, and may ask a database: (machine) => ({ cloudConfig }) or undefined.
    policy: policyByMachine(Object.fromEntries(setups), 'deny'),
    interfaces: on === undefined ? undefined : [on],
    logger: { info: console.log, warn: console.warn, debug() {} },
  })
  process.once('SIGINT', () => void server.stop({ graceMs: 5_000 }))
  await server.start()
  console.log(`Waiting for ${setups.length} machines`)
} catch (error) {
  if (!KairosError.is(error)) throw error
  console.error(`${error.code}: ${error.message}\n${error.hint ?? ''}`)
  process.exitCode = 1
}
