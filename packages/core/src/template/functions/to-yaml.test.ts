import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { renderTemplate } from '../render.js'

const yamlOf = (value: unknown) => renderTemplate('{{ toYaml .value }}', { value }).text

describe('toYaml', () => {
  it.each([
    // Texts that some reader of YAML takes for a number, date or something else; Go reads the first eight as such.
    '1_000',
    '2026-11-21',
    '2001-12-14t21:59:43.10-05:00',
    '0777',
    '0b11',
    '-0o7',
    '0X1F',
    '08',
    'yes',
    'off',
    '12:30',
    '<<',
    '~',
    '',
    '.5',
    '*a',
    '{{ .X }}',
  ])('puts %j in quotes, as a value and as a name', (text) => {
    const quoted = JSON.stringify(text)
    expect([quoted, `'${text}'`]).toContain(yamlOf(text))
    expect(yamlOf({ [text]: 1 })).toMatch(/^["?']/)
  })

  it('leaves plain what is text to every reader', () => {
    expect(yamlOf({ name: 'kairos', list: ['/dev/sda', 'a b', 'v1.5.0', '1.2.3.4'] })).toBe(
      'list:\n  - /dev/sda\n  - a b\n  - v1.5.0\n  - 1.2.3.4\nname: kairos',
    )
  })

  it('escapes what Go refuses or takes for the end of a line', () => {
    expect(yamlOf('a\x7f\x85')).toBe('"a\\u007f\\u0085"')
    expect(yamlOf('a\u2028b')).toBe('"a\\u2028b"')
    expect(yamlOf('\ufeffa')).toBe('"\\ufeffa"')
  })

  it('reads back as the same text, by YAML 1.1 and by 1.2', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[-+.\d_:xobeTZ]*$/))
    fc.assert(
      fc.property(text, (text) => {
        for (const version of ['1.1', '1.2'] as const) {
          expect(parse(yamlOf({ [text]: [text] }), { version })).toEqual({ [text]: [text] })
        }
      }),
      { numRuns: 500 },
    )
  })
})
