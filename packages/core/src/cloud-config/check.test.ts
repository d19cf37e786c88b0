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
  ])('tells line and column in %j', (text, place) => {
    const error = errorOf(text)
    expect(error.code).toBe('cloud-config/not-yaml')
    expect(error.message).toContain(`c.yaml, ${place}`)
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
