export { openRootSource, parseRootSource, type RootSourceLocation } from './open-root-source.js'
export { type EntryStream, overlayEntries } from './overlay-entries.js'
export { overlayRoot } from './overlay-root.js'
export type { RootSource, RootSourcePhase, RootSourceProgress } from './root-source.js'
