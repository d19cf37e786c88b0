import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { FUZZ_RUNS, fuzz } from '../../../../fuzz/mutate.js'
import { KairosError } from '../errors/index.js'
import { CLOUD_CONFIG_DELIMITERS } from './delimiters.js'
import { renderTemplate } from './render.js'

const { data, cases } = JSON.parse(readFileSync(new URL('./fixtures/vectors.json', import.meta.url), 'utf8')) as {
  data: Record<string, unknown>
  cases: [template: string, output: string | null][]
}

/** Small bounds, so that templates which loop do not take all the time. */
const limits = { maxSteps: 20_000, maxOutput: 100_000 }

it('damaged templates are rendered or refused with an error of ours, at a line and column', async () => {
  const refused = await fuzz(
    cases.map(([template]) => Buffer.from(template)),
    (input) => renderTemplate(Buffer.from(input).toString(), data, { delimiters: CLOUD_CONFIG_DELIMITERS, limits }),
    (error) => KairosError.is(error, 'template/invalid') && /line \d+, column \d+: /.test(error.message),
  )
  expect(refused).toBeGreaterThan(FUZZ_RUNS / 20)
})

it('so are templates that are cut off anywhere', () => {
  for (const [template] of cases) {
    for (let end = 0; end < template.length; end++) {
      try {
        renderTemplate(template.slice(0, end), data, { delimiters: CLOUD_CONFIG_DELIMITERS, limits })
      } catch (error) {
        expect(KairosError.is(error, 'template/invalid')).toBe(true)
      }
    }
  }
})
