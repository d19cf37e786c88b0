import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { KairosError } from '@kairos-sdk/core'
import { expect, it } from 'vitest'
import { FUZZ_RUNS, fuzz } from '../../../../fuzz/mutate.js'
import { decodeBlock, encodeBlock } from './block.js'
import { Ledger } from './ledger.js'

const vectors: { json: string; gzipBase64: string }[] = JSON.parse(
  readFileSync(new URL('./fixtures/blocks.json', import.meta.url), 'utf8'),
)
const LIMIT = 2 ** 20

it('a ledger survives damaged blocks, packed and inside the packing, in bounded memory', async () => {
  const ledgers = (['off', 'observe', 'enforce'] as const).map(
    (ownership) => new Ledger({ ownership, maxBytes: 50_000 }),
  )
  const take = (data: Uint8Array) => {
    const block = decodeBlock(data, LIMIT)
    for (const ledger of ledgers) ledger.receive(block)
    decodeBlock(encodeBlock(block), LIMIT)
  }
  const half = { runs: FUZZ_RUNS / 2 }
  const packed = vectors.map(({ gzipBase64 }) => Buffer.from(gzipBase64, 'base64'))
  const unpacked = vectors.map(({ json }) => Buffer.from(json))
  await fuzz(packed, take, KairosError.is, half)
  const refused = await fuzz(unpacked, (input) => take(gzipSync(input, { level: 1 })), KairosError.is, half)
  expect(refused).toBeGreaterThan(FUZZ_RUNS / 20)
  expect(process.memoryUsage().rss).toBeLessThan(1.5 * 2 ** 30)
})
