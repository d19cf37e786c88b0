export { type MergeProgress, mergeLayers } from './merge-layers.js'
