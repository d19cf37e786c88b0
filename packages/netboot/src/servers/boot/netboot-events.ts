import type { KairosError } from '@kairos-sdk/core'
import type { Endpoint } from '../datagram-socket.js'
import type { BootStep, Machine } from '../dhcp/machine.js'

/** What is said of every event that concerns a machine. */
export interface NetbootMachineEvent {
  /** Wall-clock time. */
  readonly time: Date
  readonly mac: string
  /** As `dmidecode` shows it, when the machine tells it. */
  readonly uuid: string | undefined
  /** Counts the boots of this machine since the server has started, from 1. */
  readonly boot: number
}

/** A file that arrived at a machine. Each is told once per boot, and again when the policy has given it another one since. */
export interface NetbootTransferEvent extends NetbootMachineEvent {
  /** As the log has it: `kernel`, `initrd-0`, `other-0`, `ipxe.efi`; never a URL, which would be a secret. */
  readonly name: string
  /** Bytes that were sent; of a file that was fetched in ranges, all together. */
  readonly bytes: number
  /** From the first request to the last byte. */
  readonly ms: number
  /** Where the machine fetched it from us. */
  readonly client: Endpoint
}

/** Why a machine is not booted. */
export type IgnoredReason =
  /** The policy said so. */
  | 'denied'
  /** The kernel is for machines of another architecture. */
  | 'architecture'
  /** There is no iPXE build for its architecture. */
  | 'no-firmware'

export type NetbootEvent =
  /** A machine begins to boot. */
  | (NetbootMachineEvent & { readonly type: 'seen'; readonly machine: Machine })
  /** It was offered iPXE (`firmware`) or, once it runs iPXE, its script. */
  | (NetbootMachineEvent & { readonly type: 'offered'; readonly step: BootStep })
  /** It gets no answer; `error` tells what to install when a build is missing, and what the kernel is for. */
  | (NetbootMachineEvent & { readonly type: 'ignored'; readonly reason: IgnoredReason; readonly error?: KairosError })
  /** iPXE, over TFTP or HTTP. */
  | (NetbootTransferEvent & { readonly type: 'firmware-sent'; readonly transport: 'tftp' | 'http' })
  /** The script that tells iPXE what to load. */
  | (NetbootTransferEvent & { readonly type: 'script-sent' })
  | (NetbootTransferEvent & { readonly type: 'kernel' | 'initrd' | 'rootfs' | 'config' })
  /** Another file that the command line names by `{{ ID "…" }}`. */
  | (NetbootTransferEvent & { readonly type: 'file' })
  /** A file could not be sent, or the policy failed. `mac` is `undefined` when nobody can tell whose failure it is. */
  | (Omit<NetbootMachineEvent, 'mac'> & {
      readonly type: 'failed'
      readonly mac: string | undefined
      readonly name?: string
      readonly error: KairosError
    })
  /** Somebody asked for what is not there, or not theirs. Holds nothing of what was asked. */
  | {
      readonly type: 'refused'
      readonly time: Date
      readonly transport: 'tftp' | 'http'
      readonly client: Endpoint
      readonly reason: string
    }

/** How far a machine is, by the last thing that happened to it. */
export type BootStage =
  | 'seen'
  | 'offered'
  | 'ignored'
  | 'firmware'
  | 'script'
  | 'kernel'
  | 'initrd'
  | 'rootfs'
  | 'config'
  | 'failed'

/** A machine in the table of those that the server has seen. */
export interface MachineState {
  readonly mac: string
  readonly uuid: string | undefined
  /** `x64 UEFI`, `x86 BIOS`, …: of its firmware. */
  readonly architecture: string
  /** Its address, once it has fetched something. */
  readonly address: string | undefined
  readonly boot: number
  readonly stage: BootStage
  /** The file that it is fetching at this time. */
  readonly transfer: { readonly name: string; readonly done: number; readonly total: number } | undefined
  /** When this boot began, and when something last happened. */
  readonly since: Date
  readonly updated: Date
  /** What went wrong in this boot, if something did. */
  readonly error: KairosError | undefined
}
