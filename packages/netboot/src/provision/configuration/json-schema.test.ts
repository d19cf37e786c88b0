import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { configurationJsonSchema } from './json-schema.js'
import { configurationKinds } from './schema.js'

describe('docs/auroraboot.schema.json', () => {
  it('says what the code says; else run: npm run docs:schema', async () => {
    const page = await readFile(new URL('../../../../../docs/auroraboot.schema.json', import.meta.url), 'utf8')
    expect(JSON.parse(page)).toEqual(configurationJsonSchema())
  })
})

describe('configurationJsonSchema', () => {
  const schema = JSON.parse(JSON.stringify(configurationJsonSchema()))

  it('has every key with what it is for, and nothing else is allowed', () => {
    expect(schema.additionalProperties).toBe(false)
    for (const path of configurationKinds.keys()) {
      const [name = '', inner] = path.split('.')
      const property = inner === undefined ? schema.properties[name] : schema.properties[name].properties[inner]
      expect([path, property?.description]).toEqual([path, expect.stringMatching(/\w\.$/)])
    }
  })

  it('has the other spellings', () => {
    expect(schema.properties).toHaveProperty('allow-insecure-registries')
    expect(schema.properties).toHaveProperty('platform')
    expect(schema.properties.iso.properties).toHaveProperty('data')
    expect(schema.properties.iso.properties).toHaveProperty('extend-live-cmdline')
  })

  it('gives the same each time', () => {
    expect(configurationJsonSchema()).toEqual(schema)
  })
})
