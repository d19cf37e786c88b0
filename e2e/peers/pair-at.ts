/**
 * One side of a pairing with a clock that is wrong.
 *
 *     node pair-at.ts send|receive TOKEN OFFSET_SECONDS
 */
import { decodeToken } from '@kairos-sdk/core'
import { systemClock } from '@kairos-sdk/edgevpn/network'
import { receive, send } from '@kairos-sdk/edgevpn/pairing'

const [side, text, offset] = process.argv.slice(2)
const token = decodeToken(text ?? '')
const offsetMs = Number(offset) * 1000
const clock = {
  now: () => systemClock.now() + offsetMs,
  at: (timeMs: number, run: () => void) => systemClock.at(timeMs - offsetMs, run),
  after: systemClock.after,
}
const options = { network: { dht: false, clock }, timeoutMs: 60_000 }
const result =
  side === 'send' ? await send(token, { config: '#cloud-config\na: 1\n' }, options) : await receive(token, options)
console.log(JSON.stringify(result))
