import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { KairosError } from '../errors/index.js'
import { renderTemplate } from './render.js'

/**
 * Templates with what Go makes of them, null where Go refuses: rendered by text/template of Go 1.26 with `[[ ]]` as
 * delimiters, `missingkey=zero` and the functions of github.com/Masterminds/sprig/v3 3.3, over the data in the same file.
 */
const { data, cases } = JSON.parse(readFileSync(new URL('./fixtures/vectors.json', import.meta.url), 'utf8')) as {
  data: Record<string, unknown>
  cases: [template: string, output: string | null][]
}

const DELIMITERS = [{ left: '[[', right: ']]' }]

describe('renderTemplate', () => {
  it.each(cases)('does with %j what Go does', (template, output) => {
    if (output !== null) {
      expect(renderTemplate(template, data, { delimiters: DELIMITERS }).text).toBe(output)
      return
    }
    const refused = (() => {
      try {
        return renderTemplate(template, data, { delimiters: DELIMITERS }).text
      } catch (error) {
        return error
      }
    })()
    expect(refused).toBeInstanceOf(KairosError)
    expect(refused).toMatchObject({
      code: 'template/invalid',
      message: expect.stringMatching(/line \d+, column \d+: /),
    })
  })
})
