import type { ByteSource } from '../../bytes/byte-source.js'
import type { GrubArchitecture, GrubImages } from '../../media/grub/images.js'
import type { IpxeBuild } from '../../media/ipxe/find-ipxe.js'
import type { Clock } from '../clock.js'
import type { OpenDatagramSocket } from '../datagram-socket.js'
import type { OwnInterface } from '../dhcp/own-interfaces.js'

/** A program that has a port. */
export interface PortOwner {
  readonly pid: number
  /** Name of the program, as `ps` shows it. */
  readonly name: string
}

export type Access = 'usable' | 'denied' | 'missing'

/** The machine as the checks see it; a test gives another one. */
export interface DoctorProbes {
  readonly nodeVersion: string
  readonly platform: NodeJS.Platform
  readonly clock: Clock
  readonly ownInterfaces: () => readonly OwnInterface[]
  readonly openSocket: OpenDatagramSocket
  /**
   * Opens a TCP port and closes it again.
   *
   * @throws KairosError `network/address-in-use`, `input/not-permitted`, `network/start-failed`
   */
  readonly tryTcpPort: (address: string, port: number) => Promise<void>
  /** Who has a port, as far as we may know: other users' programs are seen by root only. */
  readonly portOwners: (protocol: 'udp' | 'tcp', port: number) => Promise<readonly PortOwner[]>
  /** A short text file; `undefined` when it is not there or not for us. */
  readonly readText: (path: string) => Promise<string | undefined>
  /** Whether a socket or directory can be read and written. */
  readonly access: (path: string) => Promise<Access>
  /** Bytes that may be written below a directory that may not exist yet. */
  readonly freeBytes: (directory: string) => Promise<number>
  /** Names of all programs that run. */
  readonly processNames: () => Promise<ReadonlySet<string>>
  /** The rules of nftables as `nft list ruleset` prints them; `undefined` without the program or the right. */
  readonly firewallRules: () => Promise<string | undefined>
  readonly findIpxe: (build: IpxeBuild, directory: string | undefined) => Promise<ByteSource | undefined>
  readonly findGrub: (arch: GrubArchitecture) => Promise<GrubImages | undefined>
}
