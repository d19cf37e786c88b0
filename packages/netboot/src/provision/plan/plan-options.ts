import type { HttpClient } from '../../bytes/http-client.js'
import type { FindIpxeOptions, NetbootInit, NetbootPorts } from '../../servers/boot/index.js'
import type { EngineAddress } from '../../sources/engine/index.js'
import type { FindCredentialsOptions, InsecureRegistries } from '../../sources/registry/index.js'
import type { MachineEntry } from '../machines/index.js'

/**
 * What becomes of the images for single machines: `served` makes them up while they are downloaded, from the one base, at no
 * cost on the disk; `files` writes each to `STATE_DIR/iso/machines/`, and serves those; `none` makes none.
 */
export type MachineIsos = 'served' | 'files' | 'none'

/** What a configuration does not say. */
export interface PlanOptions {
  /** Default: the table that the configuration names, which is read. */
  readonly machines?: readonly MachineEntry[] | undefined
  /** Default `served`; `none` where the configuration has no ISO. */
  readonly machineIsos?: MachineIsos | undefined
  /** Boot no machines over the network that the table does not list. Default false: those get what all get. */
  readonly onlyListed?: boolean | undefined
  /** Names (`eth0`) or own addresses of the interfaces to boot machines from. Default: all but loopback. */
  readonly interfaces?: readonly string[] | undefined
  /** The address that machines are told. Default: that of the interface by which an answer leaves. */
  readonly advertise?: string | undefined
  /** Ports of network boot but that of HTTP, which the configuration has. */
  readonly ports?: Partial<Omit<NetbootPorts, 'http'>> | undefined
  /** Where iPXE builds are. Default: where systems put them. */
  readonly ipxe?: FindIpxeOptions | undefined
  /** Instead of what the configuration says: these registries only. */
  readonly insecureRegistries?: InsecureRegistries | undefined
  /** Where logins to registries are looked for. Default: the files of Docker and Podman. */
  readonly credentials?: FindCredentialsOptions | undefined
  /** Container engines. Default: by the environment. */
  readonly engines?: readonly EngineAddress[] | undefined
  /** Default: one that honours the proxies of the environment. */
  readonly http?: HttpClient | undefined
  /** For tests: what `createNetbootServer` takes from outside. */
  readonly netboot?: Pick<NetbootInit, 'clock' | 'openSocket' | 'ownInterfaces'> | undefined
  /** What counts as today, for `iso.include_date`. Default: now. */
  readonly now?: Date | undefined
  readonly signal?: AbortSignal | undefined
}
