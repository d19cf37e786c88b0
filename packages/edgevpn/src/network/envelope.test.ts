import { KairosError } from '@kairos-sdk/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeEnvelope, encodeEnvelope, envelopeSize } from './envelope.js'

const refused = (data: Uint8Array) => {
  try {
    decodeEnvelope(data)
    return false
  } catch (error) {
    return KairosError.is(error, 'ledger/invalid-block')
  }
}

describe('the envelope', () => {
  it('has the form that Go writes', () => {
    expect(Buffer.from(encodeEnvelope(Buffer.from([0, 255]))).toString()).toBe(
      '{"Message":"00ff","SenderID":"","Annotations":null}',
    )
  })

  it('gives back any message, and its size is known before', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (sealed) => {
        const data = encodeEnvelope(sealed)
        expect(new Uint8Array(decodeEnvelope(data))).toEqual(sealed)
        expect(envelopeSize(sealed.length)).toBe(data.length)
      }),
    )
  })

  it.each([
    '',
    'null',
    '[]',
    '{}',
    '{"Message":1}',
    '{"Message":"0"}',
    '{"Message":"0g"}',
    '{"Message":"00"',
    '['.repeat(100_000),
  ])('is refused when it is %.20j', (text) => {
    expect(refused(Buffer.from(text))).toBe(true)
  })

  it('is refused or read, never anything else, when it is damaged', () => {
    const good = encodeEnvelope(Buffer.from('sealed message'))
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, value, cut) => {
        const bytes = Uint8Array.from(good).fill(value, at, at + 1)
        for (const data of [bytes, bytes.subarray(0, cut)]) if (!refused(data)) decodeEnvelope(data)
      }),
    )
  })
})
