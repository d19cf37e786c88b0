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
