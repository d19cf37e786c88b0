import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatReference, parseReference, sameReference } from './reference.js'

const digest = `sha256:${'ab'.repeat(32)}`

describe('parseReference', () => {
  it.each([
    ['debian', 'docker.io/library/debian:latest'],
    ['debian:12', 'docker.io/library/debian:12'],
    ['kairos/ubuntu', 'docker.io/kairos/ubuntu:latest'],
    ['docker.io/debian', 'docker.io/library/debian:latest'],
    ['index.docker.io/debian', 'docker.io/library/debian:latest'],
    ['localhost/debian', 'localhost/debian:latest'],
    ['localhost:5000/debian:a', 'localhost:5000/debian:a'],
    ['[::1]:5000/debian', '[::1]:5000/debian:latest'],
    ['Registry/debian', 'Registry/debian:latest'],
    ['quay.io/kairos/ubuntu:24.04-core-amd64-generic-v3.7.2', 'quay.io/kairos/ubuntu:24.04-core-amd64-generic-v3.7.2'],
    [`quay.io/a/b_c/d__e-f--g@${digest}`, `quay.io/a/b_c/d__e-f--g@${digest}`],
    [`quay.io/a:v1@${digest}`, `quay.io/a:v1@${digest}`],
  ])('reads %s as Docker does', (text, whole) => {
    expect(formatReference(parseReference(text))).toBe(whole)
  })

  it.each([
    ['', 'a name expected'],
    [':tag', 'a name expected'],
    ['quay.io/', 'lower-case letters'],
    ['quay.io/Kairos', '"Kairos" found'],
    ['a//b', '"" found'],
    ['a/b_', '"b_" found'],
    ['a:', 'a tag of'],
    ['a:-x', 'a tag of'],
    [`a:${'x'.repeat(129)}`, 'a tag of'],
    ['a@sha256:12', 'after "@"'],
    ['a@md5:0123', 'after "@"'],
    ['a.b:port/c', "a registry's host and port"],
    ['0123456789abcdef'.repeat(4), 'the identifier of an image found'],
    [`quay.io/${'a'.repeat(250)}`, 'at most 255 characters'],
    ['a\nb', 'lower-case letters'],
  ])('refuses %j and says why', (text, problem) => {
    expect(() => parseReference(text)).toThrow(problem)
  })

  it('reads its own full form as the same, and throws nothing but its own error', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9./:@_-]{0,40}$/), (text) => {
        try {
          const found = parseReference(text)
          expect(parseReference(formatReference(found))).toEqual(found)
        } catch (error) {
          expect(error).toMatchObject({ code: 'image/invalid-reference' })
        }
      }),
    )
  })
})

it('sameReference ignores what was left out in writing, and never throws', () => {
  expect(sameReference('debian', 'docker.io/library/debian:latest')).toBe(true)
  expect(sameReference('debian:11', 'debian:12')).toBe(false)
  expect(sameReference('???', '???')).toBe(false)
})
