import { describeLocation } from '@kairos-sdk/core'
import { configurationJsonSchema, type ReadConfiguration } from '@kairos-sdk/netboot/provision'

/** A key with its value, as `--set` takes them. */
export type KeyValue = readonly [key: string, value: string | number | boolean]

/**
 * The keys of the configuration with what they are set to, defaults too. Without the cloud config and the values of its
 * templates, any of which may be secret.
 */
export function configurationKeys({ templateValues }: ReadConfiguration): KeyValue[] {
  return keysOf(configurationJsonSchema(), templateValues, '')
}

type Schema = Pick<ReturnType<typeof configurationJsonSchema>, 'properties'>

function keysOf(schema: Schema, values: object, prefix: string): KeyValue[] {
  return Object.entries(values).flatMap(([name, value]): KeyValue[] => {
    const known = schema.properties?.[name]
    // What is no key of the configuration is a value for templates.
    if (typeof known !== 'object') return []
    if (typeof value === 'object' && value !== null) return keysOf(known, value, `${prefix}${name}.`)
    return [[`${prefix}${name}`, typeof value === 'string' ? describeLocation(value) : value]]
  })
}
