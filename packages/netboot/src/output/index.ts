export type { LostAttributes } from './tree-attributes.js'
export { type WorkBesideOptions, workBeside, workDirectoryOf } from './work-beside.js'
export { type WriteDirectoryOptions, type WriteDirectorySummary, writeDirectory } from './write-directory.js'
