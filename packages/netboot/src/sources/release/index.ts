export { parseChecksum } from './checksum.js'
export type { FetchedFile, ReleaseOptions } from './fetch-file.js'
export { fetchReleaseIso, fetchReleaseNetboot, type ReleaseIso, type ReleaseNetboot } from './fetch-release.js'
export { type ReleaseFile, type ReleaseFiles, type ReleaseSelection, releaseFiles } from './release-files.js'
