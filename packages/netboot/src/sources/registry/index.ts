export type { FindCredentialsOptions } from './credentials/find-credentials.js'
export type { InsecureRegistries } from './insecure-registries.js'
export { type OpenRegistryImageOptions, openRegistryImage } from './open-registry-image.js'
