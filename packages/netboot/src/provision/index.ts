export { type BuildIsoOptions, type BuiltIso, buildIso } from './build-iso.js'
export {
  type CloudConfigTemplate,
  type Configuration,
  configurationJsonSchema,
  type ListenAddress,
  type ReadConfiguration,
  type ReadConfigurationOptions,
  readConfiguration,
  type SystemSource,
} from './configuration/index.js'
export { isoFileName } from './iso-file-name.js'
export type { IsoServer, Offer } from './iso-server/index.js'
export {
  type MachineEntry,
  type MachineTableFormat,
  machineTableFormat,
  readMachineTable,
} from './machines/index.js'
export type { Plan } from './plan/plan.js'
export type { StepFiles } from './plan/plan-context.js'
export type { MachineIsos, PlanOptions } from './plan/plan-options.js'
export type { PlanParts, RunningNetboot } from './plan/plan-parts.js'
export { planProvision } from './plan/plan-provision.js'
export type { PlannedMachine } from './plan/planned-machine.js'
export type { IsoServerEndpoints, OfferedFile, ProvisionResults, ResultFile } from './results.js'
export { type Provisioning, type ProvisionOptions, provision } from './run/provision.js'
export type { ProvisionEvent, RunEvent } from './run/provision-event.js'
export type { HeldState } from './state/index.js'
export {
  defineStep,
  type RunStepsOptions,
  runSteps,
  type ServerEvent,
  type ServerHost,
  type Step,
  type StepContext,
  type StepDefinition,
  type StepEvent,
  type StepResults,
} from './steps/index.js'
export { type UnpackFormat, type UnpackOptions, type UnpackSummary, unpackFormatOf, unpackRoot } from './unpack-root.js'
