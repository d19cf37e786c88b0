import { describeLocation } from '@kairos-sdk/core'
import type { ReadConfiguration } from '@kairos-sdk/netboot/provision'

/** A key with its value, as `--set` takes them. */
export type KeyValue = readonly [key: string, value: string | number | boolean]

/** The keys of the configuration with what they are set to, defaults too. */
export function configurationKeys({ keys }: Pick<ReadConfiguration, 'keys'>): KeyValue[] {
  return keysOf(keys, '')
}

function keysOf(values: object, prefix: string): KeyValue[] {
  return Object.entries(values).flatMap(([name, value]): KeyValue[] => {
    if (typeof value === 'object' && value !== null) return keysOf(value, `${prefix}${name}.`)
    return [[`${prefix}${name}`, typeof value === 'string' ? describeLocation(value) : value]]
  })
}
