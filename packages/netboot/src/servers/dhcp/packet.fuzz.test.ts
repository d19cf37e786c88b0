import { KairosError } from '@kairos-sdk/core'
import { expect, it } from 'vitest'
import { FUZZ_RUNS, fuzz, seededRandom } from '../../../../../fuzz/mutate.js'
import { capturedRequests } from './fixtures/captured-requests.js'
import { decodePacket, encodePacket } from './packet.js'
import { summary } from './summary.js'

const refusal = (error: unknown) => KairosError.is(error, 'dhcp/malformed')
const OPTIONS_OFFSET = 240
const timeout = 60_000 + FUZZ_RUNS

/** Reads hostile bytes to the last option, and writes what it has read. */
function digest(bytes: Uint8Array): void {
  const packet = decodePacket(bytes)
  summary(packet)
  decodePacket(encodePacket(packet, { maxBytes: 65_507 }))
}

it('damaged packets of real machines are read and written again, or refused as malformed', { timeout }, async () => {
  const refused = await fuzz(Object.values(capturedRequests), digest, refusal)
  expect(refused).toBeGreaterThan(FUZZ_RUNS / 50)
})

it('so is noise behind the fields of a real one', { timeout }, async () => {
  const random = seededRandom(2)
  const head = capturedRequests.ipxeRomDiscover.subarray(0, OPTIONS_OFFSET)
  const noise = () => Uint8Array.from({ length: Math.floor(random() * 400) }, () => Math.floor(random() * 256))
  const refused = await fuzz([new Uint8Array()], () => digest(Buffer.concat([head, noise()])), refusal)
  expect(refused).toBeGreaterThan(FUZZ_RUNS / 50)
})
