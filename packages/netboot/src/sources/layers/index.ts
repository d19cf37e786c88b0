export { type MergeOptions, mergeLayers } from './merge-layers.js'
export type { MergeProgress } from './merge-progress.js'
export { isSurveyNeeded } from './needs-survey.js'
