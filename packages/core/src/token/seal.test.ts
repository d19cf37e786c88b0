import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KairosError } from '../errors/index.js'
import { vectors } from './fixtures/vectors.js'
import { seal, unseal } from './seal.js'

const KEY = 'cf0a6c3a15397d848ed0a6352552c150'

describe('seal and unseal', () => {
  it.each(vectors.sealed)('open what Go sealed (%#)', ({ key, plaintextBase64, sealedHex }) => {
    expect(Buffer.from(unseal(Buffer.from(sealedHex, 'hex'), key)).toString('base64')).toBe(plaintextBase64)
  })

  it('give back any message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (message) => {
        expect(new Uint8Array(unseal(seal(message, KEY), KEY))).toEqual(message)
      }),
    )
  })

  it('make another sealed message each time, so that equal configs do not show', () => {
    const message = Buffer.from('hello')
    expect(Buffer.from(seal(message, KEY)).equals(seal(message, KEY))).toBe(false)
  })

  it('refuse a message with any byte changed, cut or added, or another key', () => {
    const sealed = seal(Buffer.from('#cloud-config\n'), KEY)
    const refused = (bytes: Uint8Array, key = KEY) => {
      try {
        unseal(bytes, key)
        return false
      } catch (error) {
        return KairosError.is(error, 'seal/not-ours')
      }
    }
    for (let at = 0; at < sealed.length; at++) {
      const changed = Uint8Array.from(sealed)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(refused(changed)).toBe(true)
      expect(refused(sealed.subarray(0, at))).toBe(true)
    }
    expect(refused(Buffer.concat([sealed, Buffer.from([0])]))).toBe(true)
    expect(refused(sealed, KEY.replace('c', 'd'))).toBe(true)
  })
})
