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
export {
  type MachineEntry,
  type MachineTableFormat,
  machineTableFormat,
  readMachineTable,
} from './machines/index.js'
export { type UnpackFormat, type UnpackOptions, type UnpackSummary, unpackFormatOf, unpackRoot } from './unpack-root.js'
