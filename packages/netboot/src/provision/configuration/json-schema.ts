import * as z from 'zod/v4/mini'
import { configurationSchema } from './schema.js'
import { otherSpellings } from './spellings.js'

type JsonSchema = z.core.JSONSchema.BaseSchema

/**
 * The JSON Schema (draft 2020-12) of a configuration file, for editors: made from the definition that also checks them, with
 * the other spellings of keys.
 */
export function configurationJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(configurationSchema, { io: 'input' })
  for (const [written, canonical] of otherSpellings) addSpelling(schema, written, canonical)
  return Object.assign(schema, {
    title: 'AuroraBoot configuration',
    description: 'What the auroraboot of the Kairos provisioning toolkit downloads, builds and serves.',
  })
}

/** The same property under another name. */
function addSpelling(schema: JsonSchema, written: string, canonical: string): void {
  const properties = groupOf(schema, written)
  const source = groupOf(schema, canonical)[nameOf(canonical)]
  if (source)
    properties[nameOf(written)] = {
      ...source,
      description: `Another name of ${nameOf(canonical)}. ${source.description ?? ''}`.trim(),
    }
}

function groupOf(schema: JsonSchema, path: string): Record<string, JsonSchema> {
  const group = path.split('.').slice(0, -1)
  const owner = group.reduce<JsonSchema>((at, name) => at.properties?.[name] as JsonSchema, schema)
  return (owner.properties ?? {}) as Record<string, JsonSchema>
}

function nameOf(path: string): string {
  return path.split('.').at(-1) ?? ''
}
