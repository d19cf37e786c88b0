import { KairosError } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import { fuzz } from '../../../../../fuzz/mutate.js'
import { parseChecksum } from './checksum.js'

const HEX = '0123456789abcdef'.repeat(4)
const NAME = 'kairos.iso'
const originals = [`${HEX}  ${NAME}\n`, `${HEX} *a/${NAME}\r\n${HEX}  other.iso\n`, `${HEX}\n`, `\\${HEX}  a\\nb\n`]

describe('damaged checksum files', () => {
  it('give a SHA-256 that is written in them, or end in a KairosError', { timeout: 3_600_000 }, async () => {
    const target = (bytes: Uint8Array) => {
      const text = Buffer.from(bytes).toString()
      const sha256 = parseChecksum(text, NAME, 'fuzz')
      expect(sha256).toMatch(/^[0-9a-f]{64}$/)
      expect(text.toLowerCase()).toContain(sha256)
    }
    const isRefused = (error: unknown) => KairosError.is(error, 'input/malformed')
    const inputs = originals.map((text) => Buffer.from(text))
    expect(await fuzz(inputs, target, isRefused)).toBeGreaterThan(0)
  })
})
