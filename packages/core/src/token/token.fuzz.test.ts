import { expect, it } from 'vitest'
import { FUZZ_RUNS, fuzz } from '../../../../fuzz/mutate.js'
import { KairosError } from '../errors/index.js'
import { decodeToken, encodeToken } from './codec.js'
import { MANUAL_TOKEN, vectors } from './fixtures/vectors.js'
import { seal, unseal } from './seal.js'

const KEY = 'cf0a6c3a15397d848ed0a6352552c150'
const tokens = [MANUAL_TOKEN, ...vectors.tokens.map(({ token }) => token)]

it('decodeToken survives damaged base64 and damaged YAML, and what it takes can be encoded', async () => {
  const target = (text: string) => decodeToken(encodeToken(decodeToken(text)))
  const texts = tokens.map((token) => Buffer.from(token))
  const yamls = tokens.map((token) => Buffer.from(token, 'base64'))
  const half = { runs: FUZZ_RUNS / 2 }
  await fuzz(texts, (input) => target(Buffer.from(input).toString('latin1')), KairosError.is, half)
  const refused = await fuzz(yamls, (input) => target(Buffer.from(input).toString('base64')), KairosError.is, half)
  expect(refused).toBeGreaterThan(FUZZ_RUNS / 20)
})

it('unseal takes no damaged message', async () => {
  const sealed = [0, 1, 100, 2_000].map((size) => seal(new Uint8Array(size), KEY))
  const originals = new Set(sealed.map((bytes) => Buffer.from(bytes).toString('hex')))
  await fuzz(
    sealed,
    (input) => {
      unseal(input, KEY)
      // A mutation may do nothing, or undo itself.
      if (!originals.has(Buffer.from(input).toString('hex'))) throw new Error('a damaged message was taken')
    },
    KairosError.is,
  )
})
