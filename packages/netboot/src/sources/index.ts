export { type BootFiles, findBootFiles } from './boot-files.js'
export type { ContainerImage, ImageLayer } from './container-image.js'
