export { mergeLayers } from './merge-layers.js'
export type { MergeOptions } from './merge-options.js'
export type { MergeProgress } from './merge-progress.js'
export { isSurveyNeeded } from './needs-survey.js'
