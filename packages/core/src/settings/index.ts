export { type Assignment, parseAssignment, typedValue } from './assignment.js'
export { assign, mergeSettings } from './merge.js'
export { emptySettings, isSettings, type MutableSettings, type Settings, type SettingValue } from './settings.js'
