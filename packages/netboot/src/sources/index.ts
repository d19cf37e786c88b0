export { type BootFiles, findBootFiles } from './boot-files.js'
export { type Cache, type CachedFile, type CachedUrl, openCache } from './cache/index.js'
export type { ContainerImage, ImageLayer } from './container-image.js'
export {
  type TransferOptions,
  type TransferPhase,
  type TransferProgress,
  type TransferRequest,
  type TransferResult,
  transferToFile,
} from './transfer/index.js'
