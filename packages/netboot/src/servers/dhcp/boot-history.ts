import type { Clock } from '../clock.js'
import type { BootStep } from './machine.js'
import type { BootPort } from './reply.js'

/** A step of a boot, and the port on which it was asked for. */
export type ToldStep = `${BootStep}-${BootPort}`

/** A machine that was silent for this long starts anew: firmware pauses for at most 32 s between its attempts. */
const SILENCE_MS = 60_000
/** The same step in a new transaction after this time is a restart, not another attempt. */
const RESTART_MS = 20_000
/** Of more machines than these the oldest are forgotten: anybody can make up hardware addresses. */
const MAX_MACHINES = 4096

interface Boot {
  readonly told: Set<ToldStep>
  step: ToldStep
  xid: number
  heardMs: number
}

export interface BootHistory {
  /**
   * Notes a step of a machine's boot.
   *
   * @returns whether it is the first of its boot, and whether it is the first time that this boot comes to this step: a
   *   machine asks several times, and by several ways
   */
  note(mac: string, step: ToldStep, xid: number): { readonly newBoot: boolean; readonly newStep: boolean }
}

export function createBootHistory(clock: Clock): BootHistory {
  const boots = new Map<string, Boot>()
  return {
    note(mac, step, xid) {
      const now = clock.now()
      const before = boots.get(mac)
      // Put in again, so that the map's order is that of hearing.
      boots.delete(mac)
      const newBoot = before === undefined || isRestart(before, step, xid, now)
      const boot = newBoot ? { told: new Set<ToldStep>(), step, xid, heardMs: now } : before
      const newStep = !boot.told.has(step)
      boot.told.add(step)
      Object.assign(boot, { step, xid, heardMs: now })
      boots.set(mac, boot)
      const [oldest] = boots.keys()
      if (boots.size > MAX_MACHINES && oldest !== undefined) boots.delete(oldest)
      return { newBoot, newStep }
    },
  }
}

function isRestart(before: Boot, step: ToldStep, xid: number, nowMs: number): boolean {
  const silentMs = nowMs - before.heardMs
  if (silentMs > SILENCE_MS) return true
  const scriptSeen = before.step.startsWith('script')
  if (scriptSeen && step.startsWith('firmware')) return true
  return step === before.step && xid !== before.xid && silentMs > RESTART_MS
}
