export { type LiveIso, type LiveIsoOptions, liveIso } from './live-iso.js'
export { CLOUD_CONFIG_PATH, LivePaths } from './live-paths.js'
