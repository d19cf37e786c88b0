import fc from 'fast-check'
import { expect, it } from 'vitest'
import { attachment } from './content-disposition.js'

it.each([
  ['kairos.iso', 'attachment; filename="kairos.iso"'],
  ['a b;c.iso', 'attachment; filename="a b;c.iso"'],
  ['caf\u00e9.iso', `attachment; filename="caf_.iso"; filename*=UTF-8''caf%C3%A9.iso`],
  ['a"b.iso', `attachment; filename="a_b.iso"; filename*=UTF-8''a%22b.iso`],
  ['50%.iso', `attachment; filename="50_.iso"; filename*=UTF-8''50%25.iso`],
  ['../a\\b\r\n', `attachment; filename=".._a_b__"; filename*=UTF-8''.._a_b__`],
])('names %j', (name, expected) => {
  expect(attachment(name)).toBe(expected)
})

it('is a header, and one name of one file, whatever the name is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const [, plain = '', extended] =
        /^attachment; filename="([\x20-\x7e]*)"(?:; filename\*=UTF-8''([\w!#$&+.^`|~%-]*))?$/.exec(attachment(name)) ??
        []
      expect(plain).not.toMatch(/["/\\%]/)
      expect(plain.length).toBeGreaterThanOrEqual([...name].length)
      if (extended !== undefined) expect(decodeURIComponent(extended)).not.toMatch(/[/\\\p{Cc}]/u)
      if (/^[^/\\\p{Cc}]*$/u.test(name) && name.isWellFormed()) {
        expect(extended === undefined ? plain : decodeURIComponent(extended)).toBe(name)
      }
    }),
  )
})
