import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KairosError } from '../errors/index.js'
import { decodeToken, encodeToken, encodeTokenYaml } from './codec.js'
import { MANUAL_TOKEN, vectors } from './fixtures/vectors.js'
import { generateToken } from './generate.js'
import { NEVER_ROTATE, Token } from './token.js'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const manualYaml = Buffer.from(MANUAL_TOKEN, 'base64').toString()

function errorOf(run: () => unknown): KairosError {
  try {
    run()
  } catch (error) {
    if (KairosError.is(error)) return error
    throw error
  }
  throw new Error('an error was expected, none was thrown')
}

describe('decodeToken', () => {
  it.each([MANUAL_TOKEN, ...vectors.tokens.map((vector) => vector.token)])(
    'and encodeToken give back the bytes that Go made (%#)',
    (text) => {
      expect(encodeToken(decodeToken(text))).toBe(text)
    },
  )

  it('keeps an int64 interval exact', () => {
    const token = decodeToken(MANUAL_TOKEN)
    expect(token.crypto.interval).toBe(9_223_372_036_854_775_807n)
    expect(token.dht?.length).toBe(32)
    expect(token.maxMessageSize).toBe(20_971_520)
    expect(token.room).toBe('27WJV7YMK7WS7QYU3WLOISQALYOGER4Q5JMUTURMTDFJKA55VYYA')
  })

  it('ignores the line breaks and spaces of a token copied from a terminal', () => {
    const copied = ` ${MANUAL_TOKEN.replace(/.{80}/g, '$&\r\n')}\n\n`
    expect(encodeToken(decodeToken(copied))).toBe(MANUAL_TOKEN)
  })

  it('takes a key of digits as text, not as a number', () => {
    const yaml = manualYaml.replace(/room: .*/, 'room: "0012345678901234567890123456789012345678901"')
    expect(decodeToken(base64(yaml)).room).toBe('0012345678901234567890123456789012345678901')
    expect(encodeTokenYaml(decodeToken(base64(yaml)))).toBe(yaml)
  })

  it('reads a network without a DHT key, left out or written as zeros as Go does', () => {
    const without = manualYaml.replace(/ {2}dht:\n( {4}.*\n){3}/, '')
    const zeros = manualYaml.replace(/ {2}dht:\n( {4}.*\n){3}/, '  dht:\n    interval: 0\n    key: ""\n    length: 0\n')
    expect(decodeToken(base64(without)).dht).toBeUndefined()
    expect(decodeToken(base64(zeros)).dht).toBeUndefined()
    expect(encodeTokenYaml(decodeToken(base64(without)))).toBe(without)
  })

  it.each([
    ['', 'token/not-base64', 'empty'],
    ['/home/me/code.png!', 'token/not-base64', 'U+002E'],
    ['abcde', 'token/not-base64', 'incomplete'],
    ['a=bc', 'token/not-base64', 'U+003D'],
    ['A'.repeat(20_000), 'token/not-base64', '20000 characters'],
    [Buffer.from([0xff, 0xfe, 0x80]).toString('base64'), 'token/not-yaml', 'not text'],
    [base64('a: b: c: ['), 'token/not-yaml', 'at byte'],
    [base64('just text'), 'token/not-yaml', 'no keys'],
    [base64('['.repeat(10_000)), 'token/not-yaml', ''],
    [base64('room: x'), 'token/invalid-field', 'otp: a group'],
  ])('says what is wrong with %.20s', (text, code, part) => {
    const error = errorOf(() => decodeToken(text))
    expect(error.code).toBe(code)
    expect(error.message).toContain(part)
  })

  const paths = [
    'room',
    'rendezvous',
    'mdns',
    'max_message_size',
    'otp.crypto.key',
    'otp.crypto.length',
    'otp.crypto.interval',
  ]
  it.each([...paths, 'otp.dht.key', 'otp.dht.interval', 'otp.dht.length'])(
    'names the field %s when it is missing or empty',
    (path) => {
      const name = path.split('.').at(-1)
      const section = path.startsWith('otp.crypto') ? '  crypto:\n' : path.startsWith('otp.dht') ? '  dht:\n' : ''
      const at = manualYaml.indexOf(section)
      const change = (replacement: string) =>
        manualYaml.slice(0, at) + manualYaml.slice(at).replace(new RegExp(`^( *)${name}: .*\n`, 'm'), replacement)
      for (const yaml of [change(''), change(`$1${name}: ""\n`), change(`$1${name}:\n`), change(`$1${name}: [1]\n`)]) {
        const error = errorOf(() => decodeToken(base64(yaml)))
        expect(error.code).toBe('token/invalid-field')
        expect(error.message).toContain(path)
      }
    },
  )

  it.each([
    ['length: -1', /length: .*/, 'otp.dht.length'],
    ['length: 45', /length: .*/, 'otp.dht.length'],
    ['interval: 0', /interval: .*/, 'otp.dht.interval'],
    ['interval: 9223372036854775808', /interval: .*/, 'otp.dht.interval'],
    ['interval: 1.5', /interval: .*/, 'otp.dht.interval'],
    ['max_message_size: 0', /max_message_size: .*/, 'max_message_size'],
    ['max_message_size: -20971520', /max_message_size: .*/, 'max_message_size'],
    ['max_message_size: 99999999999999', /max_message_size: .*/, 'max_message_size'],
    [`max_message_size: ${'9'.repeat(5_000)}`, /max_message_size: .*/, 'max_message_size'],
    [`room: ${'x'.repeat(2_000)}`, /room: .*/, 'room'],
  ])('refuses %.40s', (line, pattern, path) => {
    const error = errorOf(() => decodeToken(base64(manualYaml.replace(pattern, line))))
    expect(error.code).toBe('token/invalid-field')
    expect(error.message).toContain(path)
  })

  it('never puts a secret into an error', () => {
    for (const yaml of [
      manualYaml.replace('length: 32', 'length: x'),
      `${manualYaml}}`,
      manualYaml.replace('room: 27', 'room: {27'),
    ]) {
      const error = errorOf(() => decodeToken(base64(yaml)))
      for (const secret of ['V4563YHJ', 'MRVSSNJC', '27WJV7', 'WJV7YMK7', 'qfMptAtT', 'HPtZilIJ']) {
        expect(`${error.message}${error.hint}${error.stack}`).not.toContain(secret)
      }
    }
  })

  it('throws nothing but a KairosError whatever the text', () => {
    const mutated = fc
      .array(fc.tuple(fc.nat(manualYaml.length), fc.string({ unit: 'binary', maxLength: 3 }), fc.nat(4)), {
        minLength: 1,
        maxLength: 4,
      })
      .map((edits) =>
        edits.reduce((yaml, [at, text, cut]) => yaml.slice(0, at) + text + yaml.slice(at + cut), manualYaml),
      )
    fc.assert(
      fc.property(fc.oneof(mutated.map(base64), fc.string({ unit: 'binary' }), fc.base64String()), (text) => {
        try {
          decodeToken(text)
        } catch (error) {
          if (!KairosError.is(error)) throw error
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('Token', () => {
  const secrets = /V4563YHJ|MRVSSNJC|27WJV7|qfMptAtT|HPtZilIJ|b3RwOg/
  it('prints without its secrets', () => {
    const token = decodeToken(MANUAL_TOKEN)
    for (const text of [
      `${token}`,
      JSON.stringify({ token }),
      inspect(token),
      inspect({ a: { token } }, { depth: 9 }),
    ]) {
      expect(text).not.toMatch(secrets)
      expect(text).toContain(token.fingerprint)
    }
  })

  it('has a fingerprint that differs for another token', () => {
    expect(generateToken().fingerprint).not.toBe(generateToken().fingerprint)
    expect(decodeToken(MANUAL_TOKEN).fingerprint).toBe(decodeToken(MANUAL_TOKEN).fingerprint)
  })
})

describe('generateToken', () => {
  it('makes what EdgeVPN makes: 43 random letters and digits, 9,000 s, 20 MiB', () => {
    const token = decodeToken(encodeToken(generateToken()))
    for (const secret of [token.room, token.rendezvous, token.mdns, token.crypto.key, token.dht?.key]) {
      expect(secret).toMatch(/^[A-Za-z0-9]{43}$/)
    }
    expect(token.crypto).toMatchObject({ interval: 9_000n, length: 43 })
    expect(token.maxMessageSize).toBe(20_971_520)
  })

  it('survives encoding and decoding for any fields', () => {
    const otp = fc.record({
      interval: fc.bigInt(1n, NEVER_ROTATE),
      key: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter((text) => text.length > 0),
      length: fc.integer({ min: 1, max: 44 }),
    })
    const text = fc.oneof(
      fc.stringMatching(/^[A-Za-z0-9]{1,43}$/),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
      fc.constantFrom('null', '~', 'yes', '0x10', '1e3', '12:30', '- a', '#', 'a: b', ' x ', 'a\nb', '\ufeffa'),
    )
    const fields = fc.record({
      dht: fc.option(otp, { nil: undefined }),
      crypto: otp,
      room: text,
      rendezvous: text,
      mdns: text,
      maxMessageSize: fc.integer({ min: 1_024, max: 2 ** 28 }),
    })
    fc.assert(
      fc.property(fields, (fields) => {
        expect(decodeToken(encodeToken(new Token(fields)))).toEqual(new Token(fields))
      }),
    )
  })

  it('refuses an interval that Go could not read', () => {
    expect(errorOf(() => generateToken({ interval: 0n })).code).toBe('argument/invalid')
    expect(errorOf(() => generateToken({ interval: 2n ** 63n })).code).toBe('argument/invalid')
  })
})
