export { type MakeDirectoryOptions, makeDirectory } from '../output/index.js'
export {
  artifactsOfDirectory,
  artifactsOfSquashfs,
  type PackedArtifacts,
  type PackOptions,
  type PackProgress,
  packArtifacts,
  packSquashfs,
  type RootArtifacts,
  type SquashfsArtifactsOptions,
} from './artifacts/index.js'
export type { BootArtifacts } from './boot-artifacts.js'
export { type BootFiles, findBootFiles } from './boot-files.js'
export { type Cache, type CachedFile, type CachedUrl, DEFAULT_STATE_DIRECTORY, openCache } from './cache/index.js'
export type { ContainerImage, ImageLayer } from './container-image.js'
export { type EngineAddress, type EngineEnvironment, engineAddresses } from './engine/index.js'
export {
  type ArchiveImageSource,
  type Digest,
  formatArchitecture,
  formatImageSource,
  formatReference,
  type ImageArchitecture,
  type ImageEvent,
  type ImagePhase,
  type ImageReference,
  type ImageSource,
  type OpenedImage,
  type OpenImageOptions,
  openImage,
  parseArchitecture,
  parseImageSource,
  parseReference,
} from './image/index.js'
export { bootArtifactsOfIso } from './iso-boot-artifacts.js'
export { kernelArchitecture } from './kernel-architecture.js'
export type { FindCredentialsOptions, InsecureRegistries } from './registry/index.js'
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
  type EntryStream,
  openRootSource,
  overlayEntries,
  overlayRoot,
  parseRootSource,
  type RootEntriesOptions,
  type RootSource,
  type RootSourceLocation,
  type RootSourcePhase,
  type RootSourceProgress,
  writeEntries,
} from './root-source/index.js'
export { type TarTreeOptions, tarTree, type WriteTarOptions, writeTar } from './tar/index.js'
export {
  type TransferOptions,
  type TransferPhase,
  type TransferProgress,
  type TransferRequest,
  type TransferResult,
  transferToFile,
} from './transfer/index.js'
