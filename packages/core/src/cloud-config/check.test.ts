import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KairosError } from '../errors/index.js'
import { CLOUD_CONFIG_MAX_BYTES, checkCloudConfig } from './check.js'

function errorOf(text: string): KairosError {
  try {
    checkCloudConfig(text, 'c.yaml')
  } catch (error) {
    if (KairosError.is(error)) return error
    throw error
  }
  throw new Error('an error was expected, none was thrown')
}

describe('checkCloudConfig', () => {
  it.each(['#cloud-config', '#kairos-config', '#node-config', '#cloud-config  \r'])(
    'accepts the header %j',
    (header) => {
      expect(checkCloudConfig(`${header}\nusers:\n- name: kairos\ninstall: {}\n`)).toMatchObject({
        kind: 'yaml',
        header: header.trimEnd(),
        keys: ['users', 'install'],
        warnings: [],
      })
    },
  )

  it('accepts a script as it is', () => {
    expect(checkCloudConfig('#!/bin/sh\n{{{ not yaml')).toMatchObject({ kind: 'script', header: '#!/bin/sh', keys: [] })
  })

  it('warns of a config without settings', () => {
    expect(checkCloudConfig('#cloud-config\n# nothing\n').warnings).toHaveLength(1)
  })

  it.each([
    ['', 'it is empty'],
    ['users: []\n', 'something else'],
    ['\n#cloud-config\n', 'its first line is empty'],
    ['\ufeff#cloud-config\n', 'byte order mark'],
    ['# cloud-config\n', 'something else'],
    ['#cloud-config-x\n', 'something else'],
  ])('refuses %j: %s', (text, found) => {
    const error = errorOf(text)
    expect(error.code).toBe('cloud-config/no-header')
    expect(error.message).toContain(found)
  })

  it.each([
    ['#cloud-config\nusers:\n- name: a\n  - b\n', 'line 4, column 1'],
    ['#cloud-config\na: "open\nb: 1\n', 'line 4, column 1'],
    ['#cloud-config\na: 1\na: 2\n', 'line 3, column 1'],
    ['#cloud-config\n\ta: 1\n', 'line 2, column 1'],
    ['#cloud-config\n- a\n', 'line 2, column 1'],
    ['#cloud-config\n? [a]\n: 1\n', 'line 2, column 3'],
    ['#cloud-config\na: 1\n---\nb: 1\n', 'line 3'],
    ['#cloud-config\npasswd: *s3cret\n', 'line 2, column 9'],
    ['#cloud-config\nhostname: {{ trunc 4 .MachineID }}\n', 'line 2, column 12'],
    ['#cloud-config\na: 1\nb: "x\x01y"\n', 'line 3, column 6'],
    ['#cloud-config\na: !!int s3cret\n', 'line 2, column 10'],
    ['#cloud-config\na: 1\n\t\nb: 1\n', 'line 3, column 1'],
  ])('tells line and column in %j', (text, place) => {
    const error = errorOf(text)
    expect(error.code).toBe('cloud-config/not-yaml')
    expect(error.message).toContain(`c.yaml, ${place}`)
  })

  it('advises quotes around a value that begins with a template', () => {
    for (const value of ['{{ .MachineID }}', '{{ .MachineID }}-b', '{{ trunc 4 .MachineID }} c']) {
      expect(errorOf(`#cloud-config\na: 1\nhostname: ${value}\n`).hint).toContain('needs quotes')
    }
  })

  it.each([
    ['passwd: !s3cret! x', 'a tag (!)'],
    ['a: |s3cret\n  x', 'in the lines behind | or >'],
    ['a: "\\s3cret"', 'an escape (\\)'],
    ['%s3cret\n---\na: 1', 'begins with %'],
    ['a: &s3cret! 1', 'letters, digits'],
    ['a: *s3cret', 'an alias (*)'],
    ['s3cret: 1\ns3cret: 2', 'a name that its map has already'],
    ['a: !!int s3cret', '!!int'],
    ['a: "s3cret', 'double quotes'],
    ["a: 's3cret", 'single quotes'],
    ['a: b: s3cret', 'within the value of another one'],
    ['a: {{ .s3cret }}-b', 'more text found'],
    ['a:\n  b: 1\n s3cret: 1', 'indented like those before'],
    ['a: [s3cret\nb: 1', 'brackets'],
    ['a: {s3cret\nb: 1', 'braces'],
    ['a: @s3cret', 'quotes'],
    ['a: &s3cret &s3cret 1', 'a second anchor'],
    ['s3cret', 'settings (name: value)'],
    ['a: }s3cret', 'not expected'],
    ['s3cret\nb: 1', 'one line'],
    ['a: 1\ns3cret', 'a colon'],
    ['a: s3cret\x1b', 'a control character'],
  ])('says what is wrong with %j without a piece of it', (yaml, problem) => {
    const { code, message, hint } = errorOf(`#cloud-config\n${yaml}\n`)
    expect(code).toBe('cloud-config/not-yaml')
    expect(message).toContain(problem)
    expect(`${message} ${hint}`).not.toContain('s3')
  })

  it('never repeats a piece of a text that is no YAML', () => {
    // Letters that no message of ours holds.
    const secret = fc.constantFrom(
      'ẞß',
      '"ß',
      "'ß",
      '*ß',
      '&ß',
      '!ß',
      '!ß!',
      '!!ß',
      '%ß',
      '|ß',
      '@ß',
      '\\ß',
      '<<: ß',
      '? ß',
    )
    const between = fc.constantFrom(' ', '\n', '\n  ', ': ', '- ', '{', '}', '[', ']', ', ', '"', 'a: ', '--- ', '#')
    fc.assert(
      fc.property(fc.array(fc.oneof(secret, between)), (parts) => {
        try {
          checkCloudConfig(`#cloud-config\n${parts.join('')}`)
        } catch (error) {
          if (!KairosError.is(error)) throw error
          expect(`${error.message} ${error.hint}`).not.toMatch(/[ßẞ]/)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('is done with a config of very many names', () => {
    // Comparing each with each would take minutes.
    const names = Array.from({ length: 100_000 }, (_, index) => `n${index}: 1\n`)
    expect(checkCloudConfig(`#cloud-config\n${names.join('')}`).keys).toHaveLength(100_000)
  })

  it('refuses what Kairos skips for its size', () => {
    const text = `#cloud-config\na: ${'x'.repeat(CLOUD_CONFIG_MAX_BYTES)}`
    expect(errorOf(text).code).toBe('cloud-config/too-large')
    expect(checkCloudConfig(text.slice(0, CLOUD_CONFIG_MAX_BYTES - 1)).bytes).toBe(CLOUD_CONFIG_MAX_BYTES - 1)
  })

  it('survives any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('[', '{', '- ', 'a: &a ', '? '),
        fc.nat(3_000),
        (text, unit, count) => {
          for (const body of [text, unit.repeat(count)]) {
            try {
              checkCloudConfig(`#cloud-config\n${body}`)
            } catch (error) {
              if (!KairosError.is(error)) throw error
            }
          }
        },
      ),
      { numRuns: 50 },
    )
  })
})
