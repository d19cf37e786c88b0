export { type MergeOptions, type MergeProgress, mergeLayers } from './merge-layers.js'
