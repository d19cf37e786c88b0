export type {
  ContentStream,
  DataRegion,
  DeviceEntry,
  DirectoryEntry,
  EntryAttributes,
  FileEntry,
  FileSystemEntry,
  HardLinkEntry,
  PipeEntry,
  SymlinkEntry,
} from '../../file-system/entry.js'
export { decodeName, encodeName } from '../../file-system/name.js'
export type { CompressionName } from './compression/compressor.js'
export type { SquashfsEntry } from './read/entry.js'
export { openSquashfs } from './read/open-squashfs.js'
export type { SquashfsImage } from './read/squashfs-image.js'
export { squashfsRootFileSystem } from './root-file-system.js'
export type { DeviceNumber } from './structures/device-number.js'
export type { Superblock } from './structures/superblock.js'
export { type MemorySink, memorySink } from './write/memory-sink.js'
export type { SquashfsOptions, SquashfsProgress } from './write/options.js'
export { fileSink, type SquashfsSink } from './write/sink.js'
export { type SquashfsSummary, writeSquashfs } from './write/write-squashfs.js'
