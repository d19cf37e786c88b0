import { KairosError } from '@kairos-sdk/core'
import { findPortOwners } from '../doctor/port-owners.js'

const PORT = /\b(TCP|UDP) port (\d+)/

/** An error of opening a port, with the program that has it, where the system tells. */
export async function namePortOwner(error: unknown): Promise<unknown> {
  if (!KairosError.is(error, 'network/address-in-use')) return error
  const [, protocol = '', port = ''] = PORT.exec(error.message) ?? []
  const owners = port === '' ? [] : await findPortOwners(protocol === 'TCP' ? 'tcp' : 'udp', Number(port))
  if (owners.length === 0) return error
  const names = owners.map(({ name, pid }) => `${name} (process ${pid})`).join(', ')
  return new KairosError(error.code, `${error.message.replace(/\.$/, '')} by ${names}.`, {
    hint: error.hint,
    cause: error,
  })
}
