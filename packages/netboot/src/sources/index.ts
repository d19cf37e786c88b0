export type { BootArtifacts } from './boot-artifacts.js'
export { type BootFiles, findBootFiles } from './boot-files.js'
export { type Cache, type CachedFile, type CachedUrl, openCache } from './cache/index.js'
export type { ContainerImage, ImageLayer } from './container-image.js'
export { bootArtifactsOfIso } from './iso-boot-artifacts.js'
export { kernelArchitecture } from './kernel-architecture.js'
export {
  fetchReleaseIso,
  fetchReleaseNetboot,
  type ReleaseFile,
  type ReleaseFiles,
  type ReleaseIso,
  type ReleaseNetboot,
  type ReleaseOptions,
  type ReleaseSelection,
  releaseFiles,
} from './release/index.js'
export {
  type TransferOptions,
  type TransferPhase,
  type TransferProgress,
  type TransferRequest,
  type TransferResult,
  transferToFile,
} from './transfer/index.js'
