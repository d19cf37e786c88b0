export {
  type AuthorDirectoryEntry,
  type AuthorEntry,
  type AuthorFileEntry,
  type AuthorIsoOptions,
  type AuthorIsoProgress,
  type AuthorSymlinkEntry,
  authorIso,
  type BiosBoot,
  type DirectoryEntriesOptions,
  directoryEntries,
  type UefiBoot,
  type VolumeTexts,
} from './author/index.js'
export type { EntryExtent, EntryType, IsoEntry } from './entry.js'
export {
  type ExtractIsoOptions,
  type ExtractIsoProgress,
  type ExtractIsoSummary,
  extractIso,
} from './extract/extract-iso.js'
export type { IsoImage, IsoVolume } from './iso-image.js'
export { openIso } from './open-iso.js'
export type { NewDirectory, NewEntry, NewEntryAttributes, NewFile, NewSymlink } from './remaster/new-entry.js'
export { type RemasteredImage, type RemasterOptions, remaster } from './remaster/remaster.js'
export { applyInPlace, restore, undoPath } from './write/apply-in-place.js'
export {
  type ImageFile,
  type WriteImageOptions,
  type WriteProgress,
  writeImage,
  writeImages,
} from './write/write-image.js'
