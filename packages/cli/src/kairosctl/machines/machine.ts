import type { Token } from '@kairos-sdk/core'

/** A machine that waits for its config: whoever shows this token. */
export interface Machine {
  readonly token: Token
  /** What it is called in messages: the picture, the display, or the token's fingerprint. */
  readonly name: string
}

/** What machine-readable events say about a machine. */
export function machineData({ name, token }: Machine) {
  return { machine: name, fingerprint: token.fingerprint }
}

/** Each machine once, however often its code was seen. @param onRepeated - told of each that is left out */
export function withoutRepeated(
  machines: readonly Machine[],
  onRepeated: (machine: Machine, first: Machine) => void,
): Machine[] {
  const byToken = new Map<string, Machine>()
  for (const machine of machines) {
    const first = byToken.get(machine.token.fingerprint)
    if (first) onRepeated(machine, first)
    else byToken.set(machine.token.fingerprint, machine)
  }
  return [...byToken.values()]
}

/** Tells machines of one name apart by their fingerprints: the same URL with another query, which is not shown. */
export function withDistinctNames(machines: readonly Machine[]): Machine[] {
  const names = new Map<string, number>()
  for (const { name } of machines) names.set(name, (names.get(name) ?? 0) + 1)
  return machines.map(({ name, token }) => ({
    token,
    name: names.get(name) === 1 ? name : `${name} (${token.fingerprint})`,
  }))
}
