export type { FindIpxeOptions } from '../../media/ipxe/find-ipxe.js'
export type { Machine } from '../dhcp/machine.js'
export type { Logger } from '../logger.js'
export type {
  BootStage,
  IgnoredReason,
  MachineState,
  NetbootEvent,
} from './netboot-events.js'
export type {
  MachineSetup,
  NetbootArtifacts,
  NetbootInit,
  NetbootPolicy,
  NetbootPorts,
} from './netboot-init.js'
export type { NetbootEndpoints, NetbootServer } from './netboot-server-types.js'
