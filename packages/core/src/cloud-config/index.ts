export { CLOUD_CONFIG_MAX_BYTES, type CloudConfigCheck, checkCloudConfig } from './check.js'
export { type InstallOptions, setInstallOptions } from './edit.js'
