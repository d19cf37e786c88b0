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
} from './entry.js'
export { decodeName, encodeName } from './name.js'
