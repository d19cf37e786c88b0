export { type FatImage, type FatImageOptions, fatImage } from './fat-image.js'
export type { FatType } from './geometry.js'
export type { FatEntry } from './tree.js'
