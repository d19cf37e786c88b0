import type { KairosError } from '@kairos-sdk/core'
import type { MachineState, NetbootEvent } from '@kairos-sdk/netboot/boot'

/** An event of a boot as fields of JSON. */
export function eventFields({ type: _type, ...event }: NetbootEvent): object {
  const error = 'error' in event ? event.error : undefined
  return { ...event, ...(error && { error: errorFields(error) }) }
}

/** What became of machines, as JSON. */
export function machineFields(machines: readonly MachineState[]): object[] {
  return machines.map(({ transfer: _transfer, error, ...machine }) => ({
    ...machine,
    ...(error && { error: errorFields(error) }),
  }))
}

export function errorFields({ code, message, hint }: KairosError) {
  return { code, message, ...(hint !== undefined && { hint }) }
}
