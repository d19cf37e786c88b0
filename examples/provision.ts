/**
 * Provisions machines from a release: downloads its ISO, writes one with the cloud config in it, offers both and an image for
 * each machine of a table over HTTP, and boots the machines of this network, each with its own cloud config. Prints what
 * happens. Stop it with Ctrl-C; what it has made is taken up by the next run.
 *
 *     sudo node provision.ts auroraboot.yaml [KEY=VALUE...]
 *
 *     # auroraboot.yaml
 *     release_version: v3.7.2
 *     flavor: ubuntu
 *     flavor_release: "24.04"
 *     cloud_config: cloud-config.yaml      # with templates, such as hostname: [[ .name ]]
 *     machines: machines.csv               # mac,name
 */
import { KairosError } from '@kairos-sdk/core'
import { type ProvisionEvent, planProvision, provision, readConfiguration } from '@kairos-sdk/netboot/provision'

const [file, ...set] = process.argv.slice(2)

function lineOf(told: ProvisionEvent): string | undefined {
  switch (told.of) {
    case 'step':
      if (told.event.type === 'warning') return `warning   ${told.event.message}`
      if (told.event.type !== 'done') return undefined
      return `${told.event.reused ? 'was there' : 'done     '} ${told.event.title}`
    case 'iso-server':
      return told.event.type === 'sent' ? `sent      ${told.event.name} to ${told.event.client.address}` : undefined
    case 'netboot': {
      const { event } = told
      if (event.type === 'failed') return `failed    ${event.mac ?? '?'}: ${event.error.message}`
      if (event.type === 'refused') return undefined
      return `netboot   ${event.mac}: ${event.type}`
    }
    case 'run':
      return `run       ${told.event.type}`
  }
}

try {
  const read = await readConfiguration({ file, set })
  const plan = await planProvision(read)
  for (const warning of [...read.warnings, ...plan.warnings]) console.log(`warning   ${warning}`)
  console.log(`${plan.system}, in ${plan.steps.length} steps, for ${plan.machines.length} machines of the table`)

  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  const run = provision(plan, {
    signal: stop.signal,
    onEvent(event) {
      const line = lineOf(event)
      if (line) console.log(line)
    },
  })
  const { files, isoServer, netboot } = await run.ready
  for (const { path, sha256 } of files) if (sha256) console.log(`${sha256}  ${path}`)
  if (isoServer) console.log(`Images: ${isoServer.urls[0]}/`)
  if (netboot) console.log(`Waiting for machines on ${netboot.addresses.join(', ')}`)
  await run.done
  for (const { mac, stage } of run.machines()) console.log(`${mac} came to: ${stage}`)
} catch (error) {
  if (!KairosError.is(error)) throw error
  console.error(`${error.code}: ${error.message}\n${error.hint ?? ''}`)
  process.exitCode = 1
}
