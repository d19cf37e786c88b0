import { describe, expect, it } from 'vitest'
import { KairosError } from './kairos-error.js'
import { throwIfAborted, translateError } from './translate.js'

const withCode = (code: string, message = 'raw') => Object.assign(new Error(message), { code })

describe('translateError', () => {
  it("gives Node's errors a code, a sentence and a next step", () => {
    const error = translateError(withCode('EADDRINUSE'), 'Cannot listen on port 67')
    expect(error).toMatchObject({
      code: 'network/address-in-use',
      message: 'Cannot listen on port 67: the address is in use.',
    })
    expect(error.hint).toContain('choose another port')
  })

  it('finds the errno that fetch and happy eyeballs hide in causes', () => {
    const refused = new TypeError('fetch failed', { cause: new AggregateError([withCode('ECONNREFUSED')], 'all') })
    expect(translateError(refused, 'Cannot read it').code).toBe('input/unreachable')
  })

  it('survives an error that is its own cause', () => {
    const error = new Error('round')
    error.cause = error
    expect(translateError(error, 'Cannot do it').message).toBe('Cannot do it: round.')
  })

  it("takes a connection that a library ended for no cancellation of the user's", () => {
    const ended = Object.assign(withCode('UND_ERR_ABORTED', 'gone'), { name: 'AbortError' })
    expect(translateError(ended, 'Cannot read it')).toMatchObject({
      code: 'internal',
      message: 'Cannot read it: gone.',
    })
    const refused = Object.assign(withCode('UND_ERR_ABORTED', 'Proxy response (502) !== 200 when HTTP Tunneling'), {
      name: 'AbortError',
    })
    const fetched = new TypeError('fetch failed', { cause: refused })
    expect(translateError(fetched, 'Cannot read it')).toMatchObject({
      code: 'input/unreachable',
      message: 'Cannot read it: a way through the proxy expected, its answer 502 found.',
    })
  })

  it.each([
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak TLS'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'sslv3 alert handshake failure'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'for another host'],
  ])('says what %s means instead of the words of a library', (code, found) => {
    const error = new TypeError('fetch failed', { cause: withCode(code, '0A1B:error:0A00010B:SSL routines:') })
    expect(translateError(error, 'Cannot read it')).toMatchObject({
      code: 'input/unreachable',
      message: expect.stringContaining(found),
    })
  })

  it('takes the first message that says something', () => {
    const error = new TypeError('fetch failed', { cause: new Error('', { cause: new Error('bad port') }) })
    expect(translateError(error, 'Cannot read it').message).toBe('Cannot read it: bad port.')
  })

  it('blames the output for what is not permitted while it is written', () => {
    for (const code of ['EACCES', 'EPERM']) {
      expect(translateError(withCode(code), 'Cannot write x', 'output/not-writable').code).toBe('output/not-writable')
      expect(translateError(withCode(code), 'Cannot read x', 'input/unreadable').code).toBe('input/not-permitted')
    }
    expect(translateError(withCode('ENOSPC'), 'Cannot write x', 'output/not-writable').code).toBe('output/no-space')
  })

  it('leaves a KairosError as it is', () => {
    const error = new KairosError('qr/no-code', 'none')
    expect(translateError(error, 'x')).toBe(error)
  })

  it('knows a cancellation', () => {
    const reason = AbortSignal.abort().reason
    expect(translateError(reason, 'Cannot read').code).toBe('aborted')
    expect(() => throwIfAborted(AbortSignal.abort(), 'Pairing')).toThrow('Pairing: cancelled.')
    expect(() => throwIfAborted(undefined, 'Pairing')).not.toThrow()
  })

  it('describes what it does not know in the words of the system, under the code of the caller', () => {
    expect(translateError(withCode('EMFILE'), 'Cannot read x', 'input/unreadable')).toMatchObject({
      code: 'input/unreadable',
      message: 'Cannot read x: too many open files.',
    })
    expect(translateError('text', 'Cannot read x')).toMatchObject({ code: 'internal', message: 'Cannot read x: text.' })
  })
})
