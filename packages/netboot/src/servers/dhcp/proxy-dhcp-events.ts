import type { KairosError } from '@kairos-sdk/core'
import type { BootStep, Machine } from './machine.js'
import type { MachineBoot } from './reply.js'

/** A machine may not boot, for a reason that is worth telling. */
export interface BootDenial {
  readonly deny: KairosError
}

/** Whether a machine may boot from us; an object says why it may not, or what it boots where that is not what all boot. */
export type BootDecision = 'allow' | 'deny' | BootDenial | MachineBoot

export type BootPolicy = (machine: Machine) => BootDecision | Promise<BootDecision>

/** What happens to machines. Each but `failed` is told once per boot (and step), however often a machine asks. */
export type ProxyDhcpEvent =
  /** A machine begins to boot. */
  | { readonly type: 'seen'; readonly machine: Machine }
  /** It was offered a boot file: iPXE, or the script. */
  | { readonly type: 'offered'; readonly machine: Machine; readonly step: BootStep; readonly file: string }
  /** It asked the PXE port, and was told the boot file. */
  | { readonly type: 'acknowledged'; readonly machine: Machine; readonly step: BootStep; readonly file: string }
  /** The policy refused it; `error` tells why, if that was told. */
  | { readonly type: 'denied'; readonly machine: Machine; readonly error?: KairosError }
  /** There is nothing that its architecture could boot. */
  | { readonly type: 'no-firmware'; readonly machine: Machine }
  /** The policy failed, or the system did not let us send. */
  | { readonly type: 'failed'; readonly machine?: Machine; readonly error: KairosError }
