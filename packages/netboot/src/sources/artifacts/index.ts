export { artifactsOfDirectory } from './artifacts-of-directory.js'
export { artifactsOfSquashfs, type RootArtifacts, type SquashfsArtifactsOptions } from './artifacts-of-squashfs.js'
export { type PackedArtifacts, packArtifacts } from './pack-artifacts.js'
export { dateOf, type PackOptions, type PackProgress, packSquashfs } from './pack-squashfs.js'
