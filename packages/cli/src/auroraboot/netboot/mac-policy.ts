import { type MachineRule, type NetbootPolicy, policyByMachine } from '@kairos-sdk/netboot/boot'
import { ArgumentProblem } from '../../runtime/argument-problem.js'

const MAC = /^[0-9a-f]{2}(?:([:-]?)[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}$/i

export interface MacLists {
  /** Only these boot; `undefined`: all. */
  readonly allow: readonly string[] | undefined
  /** These do not, whatever `allow` says. */
  readonly deny: readonly string[] | undefined
}

/**
 * The policy that lists of MAC addresses ask for, as people write these: `08:00:27:54:1A:D1`, `08-00-27-54-1a-d1`,
 * `080027541ad1`.
 *
 * @throws ArgumentProblem for what is not a MAC address
 */
export function macPolicy({ allow, deny = [] }: MacLists): NetbootPolicy | undefined {
  if (allow === undefined && deny.length === 0) return undefined
  const rules: [string, MachineRule][] = [
    ...(allow ?? []).map((mac): [string, MachineRule] => [checked(mac, '--allow'), {}]),
    ...deny.map((mac): [string, MachineRule] => [checked(mac, '--deny'), 'deny']),
  ]
  return policyByMachine(Object.fromEntries(rules), allow ? 'deny' : {})
}

/** One spelling, so that a machine that is both allowed and denied is one machine. */
function checked(text: string, option: string): string {
  if (MAC.test(text)) return text.toLowerCase().replace(/[:-]/g, '')
  throw new ArgumentProblem(
    `${option}: a MAC address like 08:00:27:54:1a:d1 is expected, ${JSON.stringify(text)} found.`,
  )
}
