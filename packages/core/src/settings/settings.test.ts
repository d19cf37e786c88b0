import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KairosError } from '../errors/index.js'
import { renderTemplate } from '../template/index.js'
import { parseAssignment, typedValue } from './assignment.js'
import { assign, mergeSettings } from './merge.js'
import { emptySettings, type Settings } from './settings.js'

function messageOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (KairosError.is(error, 'argument/invalid')) return error.message
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('parseAssignment', () => {
  it.each([
    ['flavor=rockylinux', ['flavor'], 'rockylinux'],
    ['github.user=mudler', ['github', 'user'], 'mudler'],
    ['netboot.cmdline=console=ttyS0,115200 a=b', ['netboot', 'cmdline'], 'console=ttyS0,115200 a=b'],
    ['artifact_version=v1.5.1-k3sv1.21.14+k3s1', ['artifact_version'], 'v1.5.1-k3sv1.21.14+k3s1'],
    ['a=', ['a'], ''],
    ['a= b ', ['a'], ' b '],
    [' a =b', ['a'], 'b'],
    ['a\\.b.c=1', ['a.b', 'c'], '1'],
    ['a\\\\.b=1', ['a\\', 'b'], '1'],
    ['a\\.=1', ['a.'], '1'],
    ['a=x\ny', ['a'], 'x\ny'],
    ['__proto__.x=1', ['__proto__', 'x'], '1'],
  ])('takes %j apart', (text, path, value) => {
    expect(parseAssignment(text)).toMatchObject({ path, text: value })
  })

  it.each(['', '=', '=x', '.=1', 'a.=1', '.a=1', 'a..b=1', 'a', `${'a.'.repeat(40)}a=1`])('refuses %j', (text) => {
    expect(messageOf(() => parseAssignment(text))).toContain('expected')
  })

  it('never shows a value', () => {
    for (const text of ['s3cret', '.a=s3cret', '=s3cret']) {
      expect(messageOf(() => parseAssignment(text))).not.toContain('s3cret')
    }
  })

  it('takes whatever is put together of names and values', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => text.trim() === text && !text.includes('='))
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), fc.string(), (path, value) => {
        const key = path.map((part) => part.replace(/[\\.]/g, '\\$&')).join('.')
        expect(parseAssignment(`${key}=${value}`)).toEqual({ key, path, text: value })
      }),
    )
  })
})

describe('typedValue', () => {
  it.each([
    ['true', true],
    ['false', false],
    ['null', null],
    ['0', 0],
    ['-12', -12],
    ['8090', 8090],
    ['True', 'True'],
    ['1.10', '1.10'],
    ['v1.5.0', 'v1.5.0'],
    ['007', '007'],
    ['-0', '-0'],
    ['+5', '+5'],
    ['1e3', '1e3'],
    ['0x10', '0x10'],
    ['9007199254740993', '9007199254740993'],
    ['"true"', 'true'],
    ["'5'", '5'],
    ['"', '"'],
    ['"a\'', '"a\''],
    ['', ''],
    ['a,b', 'a,b'],
  ])('takes %j for %j', (text, value) => {
    expect(typedValue(text)).toBe(value)
  })

  it('prints in a template as it was written', () => {
    const text = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.double().map(String),
      fc.constantFrom('true', '1.10', '007'),
    )
    fc.assert(
      fc.property(text, (text) => {
        fc.pre(text !== 'null' && !/^(["']).*\1$/s.test(text))
        expect(renderTemplate('{{ .v }}', { v: typedValue(text) }).text).toBe(text)
      }),
    )
  })
})

describe('assign', () => {
  const from = (...texts: string[]) => {
    const settings = emptySettings()
    for (const text of texts) {
      const assignment = parseAssignment(text)
      assign(settings, assignment, assignment.text)
    }
    return settings
  }

  it('nests by dots; the last of two counts', () => {
    expect(from('a.b=1', 'a.c.d=2', 'e=3', 'a.b=4')).toEqual({ a: { b: '4', c: { d: '2' } }, e: '3' })
  })

  it.each([
    ['a=1', 'a.b=2'],
    ['a.b=2', 'a=1'],
  ])('refuses %s with %s', (...texts) => {
    expect(messageOf(() => from(...texts))).toContain('both a value and settings')
  })

  it('pollutes nothing', () => {
    const settings = from('__proto__.polluted=1', 'constructor.prototype.polluted=1', 'a.__proto__.polluted=1')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    const merged = mergeSettings(settings, JSON.parse('{"__proto__": {"x": 1}, "a": {"__proto__": {"y": 2}}}'))
    expect(({} as Record<string, unknown>).x ?? ({} as Record<string, unknown>).y).toBeUndefined()
    expect(Object.keys(merged)).toEqual(['__proto__', 'constructor', 'a'])
  })
})

describe('mergeSettings', () => {
  it('merges groups and replaces the rest, and leaves what it is given as it is', () => {
    const low = Object.freeze({ a: 1, group: Object.freeze({ x: 1, y: 2 }), list: [1, 2], other: { z: 1 } })
    const high = { a: 2, group: { y: 3 }, list: [3], other: 'text' }
    expect(mergeSettings(low, high)).toEqual({ a: 2, group: { x: 1, y: 3 }, list: [3], other: 'text' })
  })

  it('does the same however layers are put together', () => {
    const settings: fc.Arbitrary<Settings> = fc.letrec((tie) => ({
      group: fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), tie('value') as fc.Arbitrary<string>, {
        noNullPrototype: false,
      }),
      value: fc.oneof({ depthSize: 'small' }, fc.constantFrom('x', 'y'), fc.integer(), tie('group')),
    })).group as fc.Arbitrary<Settings>
    fc.assert(
      fc.property(settings, settings, (a, b) => {
        expect(mergeSettings(a, b)).toEqual(mergeSettings(mergeSettings(a), mergeSettings(b)))
        expect(mergeSettings(a, a)).toEqual(mergeSettings(a))
      }),
    )
  })

  it('refuses what is nested without end', () => {
    const cycle: Record<string, unknown> = {}
    cycle.a = cycle
    expect(messageOf(() => mergeSettings(cycle as unknown as Settings))).toContain('nested')
  })
})
