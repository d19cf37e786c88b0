import { expect, it } from 'vitest'
import { parsePublicPath } from './public-path.js'

it.each([
  ['/', '/'],
  ['/kairos.iso', '/kairos.iso'],
  ['/machines/a%20b.iso', '/machines/a b.iso'],
  ['/machines/08%3A00%2F1.iso', '/machines/08:00/1.iso'],
  ['/machines/caf%C3%A9..iso', '/machines/café..iso'],
])('%s is looked up as %s', (path, expected) => {
  expect(parsePublicPath(path)).toBe(expected)
})

it.each([
  ...['', 'kairos.iso', '/a b', '/a?b', '/a#b', '/a\\b', '/a\n', '/%', '/%ff', `/${'x'.repeat(5_000)}`],
  ...['/.', '/..', '/../a', '/a/./b', '/a/..', '/%2e%2e/a', '/a%2f..%2fb', '/a%00', '/a%0A'],
])('no client would ask for %j', (path) => {
  expect(() => parsePublicPath(path)).toThrow(expect.objectContaining({ code: 'argument/invalid' }))
})
