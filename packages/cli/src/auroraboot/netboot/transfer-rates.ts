import type { MachineState } from '@kairos-sdk/netboot/boot'

interface Observation {
  readonly name: string
  readonly done: number
  readonly timeMs: number
  readonly bytesPerSecond: number | undefined
}

/** Shorter spans than this say little of a rate. */
const LEAST_SPAN_MS = 500
/** How much the newest span counts. */
const WEIGHT = 0.5

/** How fast machines fetch what they are fetching, by looking now and then. */
export class TransferRates {
  readonly #observations = new Map<string, Observation>()

  /** Bytes a second; `undefined` before there is something to go by. */
  observe({ mac, transfer }: Pick<MachineState, 'mac' | 'transfer'>, nowMs: number): number | undefined {
    if (!transfer) {
      this.#observations.delete(mac)
      return undefined
    }
    const { name, done } = transfer
    const before = this.#observations.get(mac)
    if (before === undefined || before.name !== name || done < before.done) {
      this.#observations.set(mac, { name, done, timeMs: nowMs, bytesPerSecond: undefined })
      return undefined
    }
    const spanMs = nowMs - before.timeMs
    if (spanMs < LEAST_SPAN_MS) return before.bytesPerSecond
    const latest = ((done - before.done) / spanMs) * 1_000
    const bytesPerSecond =
      before.bytesPerSecond === undefined ? latest : WEIGHT * latest + (1 - WEIGHT) * before.bytesPerSecond
    this.#observations.set(mac, { name, done, timeMs: nowMs, bytesPerSecond })
    return bytesPerSecond
  }
}
