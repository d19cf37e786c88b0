export type { FindIpxeOptions } from '../../media/ipxe/find-ipxe.js'
export type { Machine } from '../dhcp/machine.js'
export type { Unsubscribe } from '../event-stream.js'
export type { Logger } from '../logger.js'
export { checkNetboot, type NetbootCheck } from './check-netboot.js'
export { DEFAULT_CMDLINE, type FileRole, filesOfCmdline, type NamedFile } from './cmdline.js'
export { interfacesAt } from './listen-address.js'
export type {
  BootStage,
  IgnoredReason,
  MachineState,
  NetbootEvent,
  NetbootMachineEvent,
  NetbootTransferEvent,
} from './netboot-events.js'
export type {
  MachineSetup,
  NetbootArtifacts,
  NetbootInit,
  NetbootPolicy,
  NetbootPorts,
} from './netboot-init.js'
export { createNetbootServer } from './netboot-server.js'
export type { NetbootEndpoints, NetbootServer } from './netboot-server-types.js'
export { type MachineRule, policyByMachine } from './policy.js'
