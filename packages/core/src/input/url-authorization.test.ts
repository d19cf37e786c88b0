import { describe, expect, it } from 'vitest'
import { urlAuthorization } from './url-authorization.js'

const plainOf = (login: string) => {
  const { authorization } = urlAuthorization(new URL(`http://${login}host/`))
  return authorization && Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()
}

describe('urlAuthorization', () => {
  it.each([
    ['', undefined],
    ['me@', 'me:'],
    ['me:a%20b%C3%BC@', 'me:a bü'],
    // What is no URL encoding is the password itself.
    ['me:100%@', 'me:100%'],
    ['me:100%zz%41@', 'me:100%zzA'],
    ['me:%ff@', 'me:%ff'],
    ['me:ü%@', 'me:ü%'],
  ])('takes %j for %j', (login, plain) => {
    expect(plainOf(login)).toBe(plain)
  })
})
