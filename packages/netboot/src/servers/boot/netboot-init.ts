import type { ByteSource } from '../../bytes/byte-source.js'
import type { FindIpxeOptions } from '../../media/ipxe/find-ipxe.js'
import type { Clock } from '../clock.js'
import type { OpenDatagramSocket } from '../datagram-socket.js'
import type { Machine } from '../dhcp/machine.js'
import type { OwnInterface } from '../dhcp/own-interfaces.js'
import type { Logger } from '../logger.js'

/** What machines boot. All of it may be ranges of an ISO: nothing has to be extracted. */
export interface NetbootArtifacts {
  readonly kernel: ByteSource
  /** Loaded in this order. */
  readonly initrds: readonly ByteSource[]
  /** The squashfs of the live system. Not needed when the command line does not mention it. */
  readonly rootfs?: ByteSource | undefined
  /**
   * What the kernel is for, in Go's words: `amd64`, `arm64`, `riscv64`. Machines whose firmware cannot start it are left
   * alone. What the kernel says itself counts more; where neither says anything, all machines count as able.
   */
  readonly architecture?: string | undefined
  /** What `{{ ID "name" }}` in the command line stands for, by that name. */
  readonly files?: ReadonlyMap<string, ByteSource> | undefined
}

/** What one machine boots, as far as it differs from what all boot. */
export interface MachineSetup {
  /** In place of {@link NetbootInit.cloudConfig}. */
  readonly cloudConfig?: ByteSource | string | undefined
  /** In place of {@link NetbootInit.cmdline}. */
  readonly cmdline?: string | undefined
  /** After {@link NetbootInit.extraCmdline}. */
  readonly extraCmdline?: string | undefined
  /** In place of {@link NetbootInit.artifacts}. */
  readonly artifacts?: NetbootArtifacts | undefined
}

/**
 * Decides about a machine whenever it asks: what it boots (`{}`: what all boot), or `undefined` when we leave it alone.
 * The hardware address and UUID are the machine's own claim.
 */
export type NetbootPolicy = (machine: Machine) => MachineSetup | undefined | Promise<MachineSetup | undefined>

export interface NetbootPorts {
  /** Default 67. */
  readonly dhcp: number
  /** Default 4011. */
  readonly pxe: number
  /** Default 69. Machines look nowhere else. */
  readonly tftp: number
  /** Default 8090; 0 for a free one. */
  readonly http: number
  /** Where machines listen for DHCP. Default 68. */
  readonly client: number
  /** Where DHCP relays listen. Default 67. */
  readonly relay: number
}

export interface NetbootInit {
  readonly artifacts: NetbootArtifacts
  /** Text or a source; fetched by the booted system from `config_url`. Less than 2 MiB. Default: none. */
  readonly cloudConfig?: ByteSource | string | undefined
  /**
   * The kernel's command line, in place of {@link DEFAULT_CMDLINE}. `{{ ID "name" }}` stands for the URL of a file of
   * {@link NetbootArtifacts.files}, `{{ ROOTFS }}` and `{{ CONFIG }}` for those of root file system and cloud config.
   */
  readonly cmdline?: string | undefined
  /** Arguments added to the command line, a template too. Default: none. */
  readonly extraCmdline?: string | undefined
  /** Default: every machine boots. */
  readonly policy?: NetbootPolicy | undefined
  /** Names (`eth0`) or own addresses of the interfaces to serve. Default: all but loopback. */
  readonly interfaces?: readonly string[] | undefined
  /** Own address on which TFTP and HTTP listen. Default `0.0.0.0`. */
  readonly listenAddress?: string | undefined
  /**
   * The address that machines are told. Default: that of the interface by which an answer leaves. When it is one of ours as the
   * server starts, answers to what machines ask there leave from it: firmware takes no others.
   */
  readonly advertise?: string | undefined
  readonly ports?: Partial<NetbootPorts> | undefined
  /** Where iPXE builds are. Default: where systems put them. */
  readonly ipxe?: FindIpxeOptions | undefined
  /** Default: nothing is said. */
  readonly logger?: Logger | undefined
  readonly clock?: Clock | undefined
  /** Default: UDP sockets of the operating system. */
  readonly openSocket?: OpenDatagramSocket | undefined
  /** The addresses of this machine. Default: what the operating system says. */
  readonly ownInterfaces?: (() => readonly OwnInterface[]) | undefined
}
