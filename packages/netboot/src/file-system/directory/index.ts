export { directoryTree } from './directory-tree.js'
export { type FoundFile, walkDirectory } from './walk-directory.js'
