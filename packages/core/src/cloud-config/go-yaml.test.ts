import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { KairosError } from '../errors/index.js'
import { checkCloudConfig } from './check.js'

/** YAML, and whether gopkg.in/yaml.v3 3.0.1, with which the node reads it, decodes it behind the header into a map[string]interface{}. */
const cases = JSON.parse(readFileSync(new URL('./fixtures/go-yaml.json', import.meta.url), 'utf8')) as [
  yaml: string,
  isAccepted: boolean,
][]

describe('checkCloudConfig', () => {
  it.each(cases)('thinks of %j what the node does', (yaml, isAccepted) => {
    const refused = (() => {
      try {
        checkCloudConfig(`#cloud-config\n${yaml}`)
      } catch (error) {
        return error
      }
      return undefined
    })()
    if (isAccepted) expect(refused).toBeUndefined()
    else expect(KairosError.is(refused, 'cloud-config/not-yaml') && refused.message).toMatch(/line \d+, column \d+: /)
  })
})
