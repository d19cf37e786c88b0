import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KairosError } from '../errors/index.js'
import { CLOUD_CONFIG_DELIMITERS } from './delimiters.js'
import { templateFunctions } from './functions/index.js'
import { renderTemplate } from './render.js'
import { LEFT_OUT_FUNCTIONS } from './syntax/left-out.js'

const brackets = { delimiters: CLOUD_CONFIG_DELIMITERS }

function refusal(template: string, data: unknown = {}): KairosError {
  try {
    renderTemplate(template, data, brackets)
  } catch (error) {
    if (KairosError.is(error)) return error
    throw error
  }
  throw new Error(`taken: ${template}`)
}

describe('renderTemplate', () => {
  it('takes both spellings in one document, the longer one first', () => {
    expect(renderTemplate('[[ .a ]] [[[ .a ]]] [[[- .a -]]] {{ .a }}', { a: 1 }, brackets).text).toBe(
      '1 11 {{ .a }}'.replace('11 ', '11'),
    )
    expect(renderTemplate('[[[ if .a ]]]x[[ end ]]', { a: 1 }, brackets).text).toBe('x')
    expect(renderTemplate('[ [[ .a ]] ]', { a: 1 }, brackets).text).toBe('[ 1 ]')
  })

  it('writes literal brackets that are asked for', () => {
    expect(renderTemplate('[[ "[[" ]] -f /x ]]', {}, brackets).text).toBe('[[ -f /x ]]')
  })

  it('points at the place, shows the line, and says what can be done', () => {
    const error = refusal('a: 1\nb: "ü[[ uper .a ]]"\n', { a: 'x' })
    expect(error.message).toBe('The template, line 2, column 9: there is no function uper.\n  2 | b: "ü[[ uper .a ]]"')
    expect(error.hint).toBe('Did you mean upper?')
  })

  it("says of a shell's test that it looks like a template, and how to write it", () => {
    expect(refusal('run: if [[ -f /etc/x ]]; then').hint).toContain('[[ "[[" ]]')
    expect(refusal('run: if [[ -f /etc/x').hint).toContain('[[ "[[" ]]')
  })

  it.each([
    ['[[ env "HOME" ]]', '--set'],
    ['[[ now ]]', '--set'],
    ['[[ uuidv4 ]]', '--set'],
    ['[[ name ]]', '.name'],
    ['[[ $usr := 1 ]][[ $user ]]', '$usr'],
    ['[[ .a.b.c ]]', '--set a.b'],
    ['[[ upper .name ]]', '--set name='],
    ['[[ trunc (add 1 2) "abc" ]]', 'int'],
    ['[[ semverCompare ">1" "2" ]]', 'with --set'],
    ['[[ .my-key ]]', 'Write: index . "my-key"'],
    ['[[ .a.my-other-key ]]', 'Write: index .a "my-other-key"'],
    ['[[ $x := . ]][[ $x.my-key ]]', 'Write: index $x "my-key"'],
    ['[[ my-key ]]', 'index . "my-key"'],
    ['[[ upper .a.b ]]', '--set a.b='],
    ['[[ with "x" ]][[ upper $.a.b ]][[ end ]]', '--set a.b='],
  ])('has a next step for %s', (template, hint) => {
    expect(refusal(template, { a: {} }).hint).toContain(hint)
  })

  it.each([
    '[[ with .a ]][[ upper .b ]][[ end ]]',
    '[[ with .a ]][[ .b.c ]][[ end ]]',
    '[[ $x := .a ]][[ upper $x.b ]]',
    '[[ define "t" ]][[ upper $.b ]][[ end ]][[ template "t" .a ]]',
  ])('names no setting where a dot is only a part of the values: %s', (template) => {
    const { message, hint = '' } = refusal(template, { a: { c: 1 } })
    expect(message).toContain('b is missing')
    expect(hint).not.toContain('--set')
  })

  it('says of each function of sprig that is left out that it is, and has none of them', () => {
    for (const name of LEFT_OUT_FUNCTIONS.keys()) {
      const error = refusal(`[[ ${name} ]]`)
      expect(error.message).toContain(`the function ${name} is not supported`)
      expect(error.hint).toBeDefined()
      expect(templateFunctions.has(name)).toBe(false)
    }
  })

  it('takes by index what --set takes as a name', () => {
    expect(renderTemplate('[[ index . "my-key" ]]', { 'my-key': 1 }, brackets).text).toBe('1')
  })

  it('names what is missing, once and in order, with line and column', () => {
    const rendered = renderTemplate(
      '[[ .b ]]\n  [[ .a ]][[ .b ]] [[ .m.x ]] [[ printf "%v" .c ]] [[ $x := .d ]][[ $x ]]',
      { m: {} },
      brackets,
    )
    expect(rendered.text).toBe('<no value>\n  <no value><no value> <no value> <nil> <no value>')
    expect(rendered.missing).toEqual(['.b', '.a', '.m.x', '.c', '.d'])
    expect(rendered.warnings[1]).toBe('.a has no value (line 2, column 6): it becomes <no value>')
  })

  it.each([
    '[[ if .a ]]x[[ end ]]',
    '[[ with .a ]]x[[ end ]]',
    '[[ range .a ]]x[[ end ]]',
    '[[ .a | default "x" ]]',
    '[[ coalesce .a "x" ]]',
    '[[ if and .a .b ]]x[[ end ]]',
    '[[ if eq .a "x" ]]x[[ end ]]',
    '[[ not .a ]]',
    '[[ or .a "x" ]]',
  ])('does not warn where a template asks whether there is a value: %s', (template) => {
    expect(renderTemplate(template, {}, brackets).missing).toEqual([])
  })

  it('leaves out a character that a cut goes through', () => {
    expect(renderTemplate('[[ trunc 2 "aé" ]]|[[ trunc -1 "aé" ]]|[[ trunc 3 "aé" ]]', {}, brackets).text).toBe('a||aé')
  })

  it('refuses base64 of bytes that are not text', () => {
    expect(refusal('[[ b64dec "/w==" ]]').message).toContain('no text')
    expect(refusal('[[ b64dec "a" ]]').message).toContain('base64 expected')
  })

  it('has required and toYaml', () => {
    expect(refusal('[[ required "name the host" .host ]]').message).toContain('name the host')
    expect(renderTemplate('x:[[ toYaml .a | nindent 2 ]]', { a: { b: [1, 'two', '3'] } }, brackets).text).toBe(
      'x:\n  b:\n    - 1\n    - two\n    - "3"',
    )
  })

  it('takes the data of JavaScript', () => {
    const data = { map: new Map([['a', 1n]]), date: new Date(0), list: [undefined, 1.5], big: 2 ** 60 }
    expect(renderTemplate('[[ .map.a ]] [[ .date ]] [[ .list ]] [[ kindOf .big ]]', data, brackets).text).toBe(
      '1 1970-01-01T00:00:00.000Z [<nil> 1.5] float64',
    )
  })

  it('leaves text without brackets as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('[['))
        expect(renderTemplate(text, {}, brackets).text).toBe(text)
      }),
    )
  })

  it('reads back what it quotes, and prints what it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        expect(renderTemplate(`[[ .v ]]`, { v: value }, brackets).text).toBe(value)
        const quoted = renderTemplate(`[[ .v | quote ]]`, { v: value }, brackets).text
        expect(renderTemplate(`[[ ${quoted} ]]`, {}, brackets).text).toBe(value)
        expect(renderTemplate(`[[ .v | b64enc | b64dec ]]`, { v: value }, brackets).text).toBe(value)
        expect(JSON.parse(renderTemplate(`[[ toPrettyJson . ]]`, { v: value }, brackets).text)).toEqual({ v: value })
      }),
    )
  })

  it('prints floats so that they read back as the same', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        fc.pre(!Number.isSafeInteger(value) || Object.is(value, -0))
        for (const verb of ['v', 'g']) {
          expect(
            Object.is(Number(renderTemplate(`[[ printf "%${verb}" .v ]]`, { v: value }, brackets).text), value),
          ).toBe(true)
        }
      }),
    )
  })
})
