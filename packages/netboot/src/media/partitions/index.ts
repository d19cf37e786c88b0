export {
  createGpt,
  type DiskExtent,
  encodeGpt,
  entriesSectors,
  type Gpt,
  type GptOptions,
  gptBackupSectors,
  gptProblems,
} from './gpt.js'
export { decodeGptEntry, encodeGptEntry, GPT_ENTRY_BYTES, GptAttribute, type GptPartition } from './gpt-entry.js'
export { decodeGptHeader, encodeGptHeader, GPT_HEADER_BYTES, type GptHeader } from './gpt-header.js'
export { resizeGpt } from './gpt-resize.js'
export { decodeGuid, encodeGuid, guidFromDigest, PartitionType } from './guid.js'
export {
  CHS_BEYOND,
  type CylinderHeadSector,
  type DecodedMbrPartition,
  decodeMbr,
  encodeMbr,
  MBR_BOOT_CODE_BYTES,
  MBR_BYTES,
  type Mbr,
  type MbrPartition,
  MbrPartitionType,
} from './mbr.js'
export { type ProtectiveMbrOptions, protectiveMbr } from './protective-mbr.js'
export { type GptReading, type ReadGptOptions, readGpt, verifyGpt } from './read-gpt.js'
