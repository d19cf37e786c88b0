import type { Unsubscribe } from '../event-stream.js'
import type { MachineState, NetbootEvent } from './netboot-events.js'

/** Where the servers listen. */
export interface NetbootEndpoints {
  /** Port of the HTTP server, also when a free one was asked for. */
  readonly httpPort: number
  /** Own addresses that machines are told. */
  readonly addresses: readonly string[]
}

export interface NetbootServer {
  /**
   * Checks what is to be booted, then opens all ports; when one cannot be opened none stays open.
   *
   * @throws KairosError `netboot/not-a-kernel`, `netboot/invalid-artifact`, `netboot/invalid-cmdline`,
   *   `cloud-config/too-large`, `ipxe/not-found`; `network/address-in-use`, `input/not-permitted`, `network/start-failed`;
   *   `argument/invalid` for an interface that does not exist
   */
  start(): Promise<NetbootEndpoints>
  /** Answers no more; what is being sent has `graceMs` (default 0) to arrive. */
  stop(options?: { readonly graceMs?: number }): Promise<void>
  /** Tells a listener of every event from now on. */
  on(listener: (event: NetbootEvent) => void): Unsubscribe
  /** The same as a stream, from the moment of the call until the server or the signal stops. */
  events(options?: { readonly signal?: AbortSignal }): AsyncIterable<NetbootEvent>
  /** The machines that were seen, in the order in which they came first. */
  machines(): readonly MachineState[]
}
