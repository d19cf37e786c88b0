export type { Cache, CachedFile, CachedUrl } from './cache.js'
export { fileMark } from './file-mark.js'
export { openCache } from './open-cache.js'
