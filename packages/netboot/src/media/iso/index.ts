export type { EntryExtent, EntryType, IsoEntry } from './entry.js'
export type { IsoImage, IsoVolume } from './iso-image.js'
export { openIso } from './open-iso.js'
