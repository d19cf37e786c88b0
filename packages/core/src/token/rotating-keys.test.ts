import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeToken } from './codec.js'
import { MANUAL_TOKEN, vectors } from './fixtures/vectors.js'
import { generateToken } from './generate.js'
import { oneTimePassword } from './one-time-password.js'
import { dhtPeriodAt, roomPeriodAt, rotatingKeysAt } from './rotating-keys.js'
import { NEVER_ROTATE, Token } from './token.js'

describe('rotatingKeysAt', () => {
  it.each(vectors.tokens)('gives the values that Go gives (%#)', (vector) => {
    const { roomTopic, publicTopic, dhtRendezvous, sealKey } = vector
    expect(rotatingKeysAt(decodeToken(vector.token), vector.unix)).toEqual({
      roomTopic,
      publicTopic,
      dhtRendezvous,
      sealKey,
    })
  })

  it('uses the plain rendezvous where the token has no DHT key', () => {
    const token = new Token({ ...generateToken(), dht: undefined })
    expect(rotatingKeysAt(token, 1_700_000_000).dhtRendezvous).toBe(token.rendezvous)
    expect(dhtPeriodAt(token, 1_700_000_000)).toBeUndefined()
  })

  it('changes every key at a rotation and none before it', () => {
    const token = generateToken({ interval: 30n })
    const first = rotatingKeysAt(token, 1_700_000_010)
    expect(roomPeriodAt(token, 1_700_000_010)).toEqual({ number: 56_666_667n, endsAt: 1_700_000_040 })
    expect(rotatingKeysAt(token, 1_700_000_039.999)).toEqual(first)
    const second = rotatingKeysAt(token, 1_700_000_040)
    for (const name of ['roomTopic', 'publicTopic', 'dhtRendezvous', 'sealKey'] as const)
      expect(second[name]).not.toBe(first[name])
  })

  it('never rotates a pairing token', () => {
    const token = decodeToken(MANUAL_TOKEN)
    expect(roomPeriodAt(token, 4_000_000_000)).toEqual({ number: 0n, endsAt: undefined })
    expect(rotatingKeysAt(token, 0)).toEqual(rotatingKeysAt(token, Number.MAX_SAFE_INTEGER))
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])('refuses the time %s', (time) => {
    expect(() => rotatingKeysAt(generateToken(), time)).toThrow(/seconds since 1970/)
  })
})

describe('oneTimePassword', () => {
  it('equals HMAC-SHA256 by node:crypto for any key, counter and length', () => {
    const settings = fc.record({
      interval: fc.bigInt(1n, NEVER_ROTATE),
      key: fc.string({ unit: 'grapheme', minLength: 1 }).filter((key) => key.length > 0),
      length: fc.integer({ min: 1, max: 44 }),
    })
    fc.assert(
      fc.property(settings, fc.bigInt(0n, BigInt(Number.MAX_SAFE_INTEGER)), (settings, counter) => {
        const bytes = Buffer.alloc(8)
        bytes.writeBigUInt64BE(counter)
        const digest = createHmac('sha256', settings.key).update(bytes).digest('base64')
        expect(oneTimePassword(settings, counter)).toBe(digest.slice(0, settings.length))
      }),
    )
  })
})
