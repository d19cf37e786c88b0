/**
 * Provisions from a configuration, without network boot. Prints, in JSON, where its files are, and for each line of its input
 * what memory it has; stops at the end of its input.
 *
 *     node serving-server.ts CONFIGURATION
 */
import { createInterface } from 'node:readline'
import { getHeapSpaceStatistics } from 'node:v8'
import { planProvision, provision, readConfiguration } from '@kairos-sdk/netboot/provision'

const [text = '{}'] = process.argv.slice(2)
const run = provision(await planProvision(await readConfiguration({ text })))
const { isoServer } = await run.ready
console.log(JSON.stringify(isoServer))
createInterface(process.stdin)
  .on('line', () => {
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
    const figures = { residentBytes: process.memoryUsage.rss(), youngBytes: young?.physical_space_size ?? 0 }
    console.log(JSON.stringify(figures))
  })
  .on('close', () => void run.stop())
await run.done
