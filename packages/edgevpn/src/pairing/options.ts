import type { OperationOptions, ProgressEvent } from '@kairos-sdk/core'
import type { NetworkOptions } from '../network/options.js'

/**
 * What goes on while two machines pair, in this order, though a phase may be missing or come again:
 * - `starting`: the node is being set up
 * - `listening`: it is on the network and waits for a peer
 * - `peer-found`: somebody was discovered who may hold the same token
 * - `connected`: a peer joined the room
 * - `payload-sent`: the sender's config reached a peer
 * - `payload-received`: the receiver has the config
 * - `acknowledged`: the receiver confirmed, or the receiver's confirmation was taken
 */
export type PairingPhase =
  | 'starting'
  | 'listening'
  | 'peer-found'
  | 'connected'
  | 'payload-sent'
  | 'payload-received'
  | 'acknowledged'

/** `subject` is the peer's id, where there is one. */
export interface PairingProgress extends ProgressEvent<PairingPhase> {
  /** Milliseconds since the call. */
  readonly elapsedMs: number
}

export interface PairingOptions extends OperationOptions<PairingProgress> {
  /** Time until the call fails, in milliseconds; `Infinity` for no limit. Default 600,000 (10 minutes). */
  readonly timeoutMs?: number | undefined
  /** How the network is joined. */
  readonly network?: NetworkOptions
}

/** What the sender gives to a machine. */
export interface PairingPayload {
  /** The cloud config, checked with `checkCloudConfig` before anything is sent. */
  readonly config: string
  /** Disk to install on; merged into the config as `install.device`. */
  readonly device?: string | undefined
  /** Restart after the installation; merged into the config as `install.reboot`. */
  readonly reboot?: boolean | undefined
  /** Turn off after the installation; merged into the config as `install.poweroff`. */
  readonly poweroff?: boolean | undefined
}

export interface SendResult {
  /** Peer id of the machine that confirmed. */
  readonly peerId: string
  /** Milliseconds from the call to the confirmation. */
  readonly elapsedMs: number
}

/** What a machine got. `device`, `reboot` and `poweroff` are what the sender asked for beside the config. */
export interface ReceivedPayload {
  readonly config: string
  readonly device: string | undefined
  readonly reboot: boolean
  readonly poweroff: boolean
  /** Milliseconds from the call to the payload. */
  readonly elapsedMs: number
}
