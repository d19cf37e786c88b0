/**
 * Pairs both sides in this process and prints what it took, as JSON; `bench/pairing.ts` runs it in a network of its own.
 *
 *     node pairing-peers.ts one-by-one|at-once COUNT
 */
import { generateToken, NEVER_ROTATE } from '@kairos-sdk/core'
import { receive, send } from '@kairos-sdk/edgevpn/pairing'

const [how, count] = process.argv.slice(2)
const options = { network: { dht: false }, timeoutMs: 120_000 }

async function pair(): Promise<{ sendMs: number; receiveMs: number; bothMs: number }> {
  const token = generateToken({ interval: NEVER_ROTATE })
  const startedAt = performance.now()
  const receiving = receive(token, options)
  const [sent, received] = await Promise.all([send(token, { config: '#cloud-config\na: 1\n' }, options), receiving])
  return { sendMs: sent.elapsedMs, receiveMs: received.elapsedMs, bothMs: performance.now() - startedAt }
}

const startedAt = performance.now()
const pairings = []
if (how === 'at-once') pairings.push(...(await Promise.all(Array.from({ length: Number(count) }, pair))))
else for (let n = 0; n < Number(count); n++) pairings.push(await pair())
console.log(JSON.stringify({ pairings, totalMs: performance.now() - startedAt, rssBytes: process.memoryUsage().rss }))
process.exit()
