import { readFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { KairosError } from '@kairos-sdk/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Block, decodeBlock, decodeBlockJson, encodeBlock, encodeBlockJson } from './block.js'
import { blockHash, checksumInput } from './checksum.js'
import type { SignedEntry } from './entry.js'
import { verifyEntry } from './signature.js'

interface BlockVector {
  readonly json: string
  readonly gzipBase64: string
  readonly hash: string
  readonly checksumInput?: string
}
const vectors: BlockVector[] = JSON.parse(readFileSync(new URL('./fixtures/blocks.json', import.meta.url), 'utf8'))
const MIB = 2 ** 20
const gz = (text: string) => gzipSync(text)

function errorOf(run: () => unknown): KairosError {
  try {
    run()
  } catch (error) {
    if (KairosError.is(error)) return error
    throw error
  }
  throw new Error('an error was expected, none was thrown')
}

const entry = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.record({
    value: fc.string({ unit: 'binary' }),
    owner: fc.string(),
    version: fc.bigInt(0n, 2n ** 64n - 1n),
    updatedAt: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    deleted: fc.boolean(),
    signature: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
  }),
)
const name = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'constructor', 'pairing', ''))
const map = <T>(value: fc.Arbitrary<T>) =>
  fc.array(fc.tuple(name, value), { maxLength: 4 }).map((pairs) => new Map(pairs))
const block: fc.Arbitrary<Block> = fc.record({
  index: fc.bigInt(0n, 2n ** 63n - 1n),
  timestamp: fc.string(),
  storage: map(map(entry)),
  hash: fc.string(),
  prevHash: fc.string(),
})

describe('decodeBlock', () => {
  it.each(vectors)('reads what Go wrote, and its hash is the one that Go computed (%#)', (vector) => {
    const decoded = decodeBlock(Buffer.from(vector.gzipBase64, 'base64'), MIB)
    expect(decoded.hash).toBe(vector.hash)
    expect(blockHash(decoded)).toBe(vector.hash)
    if (vector.checksumInput) expect(checksumInput(decoded)).toBe(vector.checksumInput)
  })

  it.each(vectors)('gives back what it read, bit for bit in every value (%#)', (vector) => {
    const decoded = decodeBlockJson(Buffer.from(vector.json))
    expect(JSON.parse(encodeBlockJson(decoded))).toEqual(JSON.parse(vector.json))
    expect(decodeBlock(encodeBlock(decoded), MIB)).toEqual(decoded)
  })

  it('keeps a uint64 version that no JavaScript number can hold, and its signature stays true', () => {
    const { storage } = decodeBlockJson(Buffer.from(vectors[2]?.json ?? ''))
    const signed = storage.get('dns')?.get('.*\\.foo') as SignedEntry
    expect(signed.version).toBe(1_700_000_000_000_000_001n)
    expect(encodeBlockJson(decodeBlockJson(Buffer.from(vectors[2]?.json ?? '')))).toContain(
      '"Version":1700000000000000001,',
    )
    expect(verifyEntry('dns', '.*\\.foo', signed)).toBe(true)
    expect(verifyEntry('dns', 'other', signed)).toBe(false)
    expect(verifyEntry('dns', '.*\\.foo', { ...signed, version: signed.version + 1n })).toBe(false)
    expect(verifyEntry('dns', '.*\\.foo', { ...signed, owner: 'nobody' })).toBe(false)
    expect(verifyEntry('dns', '.*\\.foo', { ...signed, signature: signed.signature.subarray(1) })).toBe(false)
  })

  it('round-trips any block', () => {
    fc.assert(
      fc.property(block, (block) => {
        expect(decodeBlock(encodeBlock(block), MIB)).toEqual(block)
      }),
    )
  })

  it('reads missing fields and null maps as Go does', () => {
    expect(decodeBlockJson(Buffer.from('{"Storage":null}'))).toEqual({
      index: 0n,
      timestamp: '',
      storage: new Map(),
      hash: '',
      prevHash: '',
    })
    expect(decodeBlockJson(Buffer.from('{"Storage":{"a":null}}')).storage).toEqual(new Map([['a', new Map()]]))
  })

  it('unpacks no more than it was allowed', () => {
    const bomb = gzipSync(Buffer.alloc(64 * MIB, 0x20))
    expect(bomb.length).toBeLessThan(MIB / 8)
    expect(errorOf(() => decodeBlock(bomb, MIB)).code).toBe('ledger/too-large')
  })

  it.each([
    ['numbers', `{"x":[${'1,'.repeat(200_000)}1]}`],
    ['empty lists', `{"x":[${'[],'.repeat(60_000)}1]}`],
    ['nested lists', '['.repeat(120_001)],
    ['keys', `{"Storage":{"a":{${'"":"",'.repeat(60_000)}"":""}}}`],
    ['objects after a text that ends in a backslash', `{"x":"\\\\","y":[${'{},'.repeat(60_000)}1]}`],
  ])('refuses %s without end before they are parsed, though they are packed into little', (_what, json) => {
    const packed = gz(json)
    expect(packed.length).toBeLessThan(2_000)
    expect(errorOf(() => decodeBlock(packed, MIB))).toMatchObject({
      code: 'ledger/invalid-block',
      message: expect.stringContaining('at most 120000 values expected'),
    })
  })

  it('reads texts of any length, whatever is in them', () => {
    const config = '#cloud-config\n# [{,:"\\'.repeat(80_000)
    const storage = new Map([['pairing', new Map([['data', JSON.stringify({ cc: config })]])]])
    const block = { index: 1n, timestamp: '', storage, hash: '', prevHash: '' }
    expect(decodeBlock(encodeBlock(block), 8 * MIB)).toEqual(block)
  })

  it.each([
    ['not gzip', Buffer.from('{}')],
    ['nothing', Buffer.alloc(0)],
    ['cut', gz('{"Index":1}').subarray(0, 20)],
    ['not JSON', gz('{')],
    ['deep nesting', gz('['.repeat(1_000_000))],
    ['deep objects', gz(`${'{"a":'.repeat(120_000)}1${'}'.repeat(120_000)}`)],
    ['a list', gz('[]')],
    ['null', gz('null')],
    ['an index that is text', gz('{"Index":"1"}')],
    ['an index with a fraction', gz('{"Index":1.5}')],
    ['a negative index', gz('{"Index":-1}')],
    ['an index above int64', gz('{"Index":9223372036854775808}')],
    ['an index of a thousand digits', gz(`{"Index":${'9'.repeat(1_000)}}`)],
    ['a hash that is a number', gz('{"Hash":1}')],
    ['an entry that is a number', gz('{"Storage":{"a":{"b":1}}}')],
    ['a version below zero', gz('{"Storage":{"a":{"b":{"Version":-1}}}}')],
    ['a version above uint64', gz('{"Storage":{"a":{"b":{"Version":18446744073709551616}}}}')],
    ['bytes that are not UTF-8', gzipSync(Buffer.from([0x22, 0xff, 0x22]))],
  ])('refuses %s', (_what, data) => {
    expect(errorOf(() => decodeBlock(data, MIB)).code).toBe('ledger/invalid-block')
  })

  it('throws nothing but a KairosError for damaged blocks', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(fc.constantFrom(...vectors), damage, fc.boolean(), (vector, damage, inside) => {
        const original = Buffer.from(vector.gzipBase64, 'base64')
        const bytes = inside ? gunzipSync(original) : original
        for (const [at, value] of damage) bytes[at % bytes.length] = value
        try {
          decodeBlock(inside ? gzipSync(bytes) : bytes, MIB)
        } catch (error) {
          if (!KairosError.is(error)) throw error
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
