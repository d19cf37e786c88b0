export type { Cache, CachedFile, CachedUrl } from './cache.js'
export { openCache } from './open-cache.js'
