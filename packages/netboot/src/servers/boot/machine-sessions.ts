import type { Machine } from '../dhcp/machine.js'
import type { MachineSession } from './machine-session.js'

export interface MachineSessions {
  /** The session of a machine that just asked, made when it is new. */
  of(machine: Machine): MachineSession
  find(mac: string | undefined): MachineSession | undefined
  all(): readonly MachineSession[]
}

/** Anybody can make up hardware addresses; of more than these the ones that were silent longest are forgotten. */
const MAX_MACHINES = 4_096

export function createMachineSessions(create: (machine: Machine) => MachineSession): MachineSessions {
  const sessions = new Map<string, MachineSession>()
  return {
    of(machine) {
      const known = sessions.get(machine.mac)
      if (known) {
        known.machine = machine
        return known
      }
      const session = create(machine)
      sessions.set(machine.mac, session)
      if (sessions.size > MAX_MACHINES) {
        const [first] = [...sessions.values()]
          .filter((each) => each !== session)
          .sort((a, b) => +a.updated - +b.updated)
        first?.close()
        if (first) sessions.delete(first.mac)
      }
      return session
    },
    find: (mac) => (mac === undefined ? undefined : sessions.get(mac)),
    all: () => [...sessions.values()],
  }
}
