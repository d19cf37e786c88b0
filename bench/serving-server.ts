/**
 * Provisions from a configuration, without network boot. Prints, in JSON, where its files are; stops at the end of its input.
 *
 *     node serving-server.ts CONFIGURATION
 */
import { planProvision, provision, readConfiguration } from '@kairos-sdk/netboot/provision'

const [text = '{}'] = process.argv.slice(2)
const run = provision(await planProvision(await readConfiguration({ text })))
const { isoServer } = await run.ready
console.log(JSON.stringify(isoServer))
process.stdin.resume().on('end', () => void run.stop())
await run.done
