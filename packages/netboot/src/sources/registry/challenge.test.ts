import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseChallenges } from './challenge.js'

const read = (header: string) =>
  parseChallenges(header).map(({ scheme, parameters }) => ({ scheme, ...Object.fromEntries(parameters) }))

describe('parseChallenges', () => {
  it.each([
    ['Basic realm="a"', [{ scheme: 'basic', realm: 'a' }]],
    [
      'Bearer realm="https://auth.example/token",service="registry",scope="repository:a/b:pull,push"',
      [
        {
          scheme: 'bearer',
          realm: 'https://auth.example/token',
          service: 'registry',
          scope: 'repository:a/b:pull,push',
        },
      ],
    ],
    [
      'bearer Realm = "a, b" , Service=x, BASIC realm="c \\"d\\""',
      [
        { scheme: 'bearer', realm: 'a, b', service: 'x' },
        { scheme: 'basic', realm: 'c "d"' },
      ],
    ],
    ['Negotiate, Basic realm="a"', [{ scheme: 'negotiate' }, { scheme: 'basic', realm: 'a' }]],
    ['Basic realm="a", broken="', [{ scheme: 'basic', realm: 'a' }]],
    ['', []],
    ['"?', []],
  ])('reads %s', (header, challenges) => {
    expect(read(header)).toEqual(challenges)
  })

  it('comes to an end whatever it reads', () => {
    fc.assert(fc.property(fc.string(), (header) => void parseChallenges(header)))
    expect(read(`Basic ${'a="b",'.repeat(50_000)}`)).toHaveLength(1)
  })
})
