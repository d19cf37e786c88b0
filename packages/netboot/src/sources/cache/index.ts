export type { Cache, CachedFile, CachedUrl } from './cache.js'
export { DEFAULT_STATE_DIRECTORY } from './default-state-directory.js'
export { fileMark } from './file-mark.js'
export { openCache } from './open-cache.js'
