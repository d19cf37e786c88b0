import { describe, expect, it } from 'vitest'
import { KairosError } from '../errors/index.js'
import { CLOUD_CONFIG_DELIMITERS } from './delimiters.js'
import { renderTemplate } from './render.js'

function refusal(template: string, data: unknown = {}): KairosError {
  try {
    renderTemplate(template, data)
  } catch (error) {
    if (KairosError.is(error)) return error
    throw error
  }
  throw new Error(`taken: ${template.slice(0, 80)}`)
}

describe('a hostile template ends with an error', () => {
  it.each([
    ['an endless loop', '{{ range 9223372036854775807 }}{{ end }}', 'more steps'],
    ['text that doubles', '{{ $x := "aaaaaaaa" }}{{ range 60 }}{{ $x = print $x $x }}{{ end }}', 'characters'],
    ['lists that double', '{{ $x := list 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}{{ $x }}', 'steps|characters'],
    [
      'lists that double, as JSON',
      '{{ $x := list 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}{{ toJson $x }}',
      'steps|characters',
    ],
    [
      'lists that double, as YAML',
      '{{ $x := list 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}{{ toYaml $x }}',
      'steps',
    ],
    ['a map that holds itself', '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $d }}', 'nested too deeply'],
    [
      'a map that holds itself, compared',
      '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ deepEqual $d (dict "d" $d) }}{{ toJson $d }}',
      'nested too deeply',
    ],
    ['much output', '{{ range 100000 }}{{ repeat 1000 "a" }}{{ end }}', 'characters'],
    ['a repetition without end', '{{ repeat 9223372036854775807 "a" }}', 'characters'],
    ['a wide indent', '{{ indent 1000000 (repeat 100 "a\\n") }}', 'steps|characters'],
    ['a wide number', '{{ printf "%999999999d" 1 }}', 'too large'],
    ['many wide numbers', `{{ printf "${'%900000d'.repeat(10)}" 1 2 3 4 5 6 7 8 9 10 }}`, 'characters'],
    ['a product of very many digits', `{{ mulf${' 1.2345678901234567'.repeat(1_000)} }}`, 'too many digits'],
    ['a product that is almost nothing', `{{ mulf${' 1e-300'.repeat(1_000)} }}`, 'too many digits'],
    [
      'a copy of lists that double',
      '{{ $x := list 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}{{ $y := deepCopy $x }}',
      'steps',
    ],
    [
      'a copy of a map that holds itself',
      '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $y := deepCopy $d }}',
      'nested too deeply',
    ],
    ['a long list', '{{ until 9000000000 }}', 'steps'],
    ['a template that calls itself', '{{ define "t" }}{{ template "t" }}{{ end }}{{ template "t" }}', 'deep'],
    ['many parentheses', `{{ ${'('.repeat(5_000)}1${')'.repeat(5_000)} }}`, 'nested too deeply'],
    ['many blocks', '{{ if true }}'.repeat(5_000) + '{{ end }}'.repeat(5_000), 'nested too deeply'],
    ['a regular expression of many states', '{{ regexMatch "((a{100}){100}){100}" "a" }}', 'too large'],
    ['a slow regular expression', '{{ regexFind "(a?){900}b" (repeat 100000 "a") }}', 'steps'],
    ['many groups', `{{ regexMatch "${'('.repeat(1_000)}${')'.repeat(1_000)}" "a" }}`, 'nested too deeply'],
    ['a replacement that grows', '{{ regexReplaceAll "a" (repeat 10000 "a") (repeat 10000 "b") }}', 'characters'],
    [
      'a replacement that grows without expressions',
      '{{ replace "a" (repeat 10000 "b") (repeat 10000 "a") }}',
      'characters',
    ],
  ])('%s', (_name, template, problem) => {
    expect(refusal(template)).toMatchObject({ code: 'template/invalid', message: expect.stringMatching(problem) })
  })

  it.each([
    ['actions', '[[1]]'.repeat(200_000)],
    ['variables', Array.from({ length: 100_000 }, (_, index) => `[[$a${index}:=1]]`).join('')],
    ['uses of the first of many variables', `${'[[$x:=1]]'.repeat(100_000)}${'[[$]]'.repeat(100_000)}`],
    ['names without a value, in one line', Array.from({ length: 60_000 }, (_, index) => `[[.a${index}]]`).join('')],
  ])('many %s are done with in one go', (_name, template) => {
    // Going through all that came before for each one would take many minutes.
    expect(renderTemplate(template, {}, { delimiters: CLOUD_CONFIG_DELIMITERS }).text).toBeDefined()
  })

  it('and its tokens are paid for before it is run', () => {
    const template = '{{ if false }}{{ 1 }}{{ end }}'.repeat(1_000)
    expect(() => renderTemplate(template, {}, { limits: { maxSteps: 2_000 } })).toThrow('more steps')
  })

  it('and a loop over a large map that ends at once pays for the map', () => {
    const data = { map: Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`k${index}`, 1])) }
    const template = '{{ range 1000 }}{{ range $.map }}{{ break }}{{ end }}{{ end }}'
    expect(() => renderTemplate(template, data, { limits: { maxSteps: 100_000 } })).toThrow('more steps')
  })

  it('and an expression that would hang JavaScript does its work', () => {
    const { text } = renderTemplate('{{ regexMatch "^(a+)+$" (print (repeat 5000 "a") "b") }}', {})
    expect(text).toBe('false')
  })

  it('data that is nested too deeply or has no place in a template is the mistake of the caller', () => {
    const cycle: Record<string, unknown> = {}
    cycle.self = cycle
    expect(refusal('', cycle).code).toBe('argument/invalid')
    expect(refusal('', { run: () => 1 }).code).toBe('argument/invalid')
  })

  it('reaches nothing of JavaScript', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      const { text, missing } = renderTemplate(`{{ .${name} }}`, {})
      expect([text, missing]).toEqual(['<no value>', [`.${name}`]])
    }
    expect(refusal('{{ constructor }}').message).toContain('no function constructor')
    const data = JSON.parse('{"__proto__": {"polluted": 1}}')
    expect(renderTemplate('{{ .__proto__.polluted }}{{ $_ := set . "__proto__" (dict "a" 1) }}', data).text).toBe('1')
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    expect(({} as Record<string, unknown>).a).toBeUndefined()
  })

  it('leaves the data of the caller as it is', () => {
    const data = { map: { a: 1 } }
    renderTemplate('{{ $_ := set .map "a" 2 }}{{ $_ := unset .map "a" }}', data)
    expect(data).toEqual({ map: { a: 1 } })
  })
})
