import { ByteWriter } from '../../../../bytes/writer.js'
import { bothEndian32, writeBothEndian32 } from '../both-endian.js'
import { structureReader } from '../structure-reader.js'
import { encodeSystemUseEntry } from '../system-use-entry.js'

/**
 * CL, PL and RE: a directory below the eighth level is kept elsewhere, and a file record stands where it belongs (RRIP
 * 1.12 section 4.1.5).
 *
 *     Offset  Size  Field
 *     4       8     block of the directory, both-endian
 *
 * CL stands in the placeholder and names the directory that was moved, PL in the ".." record of the moved directory and
 * names the parent that it should have. RE marks the moved directory's record where it was put, and has no data.
 */
export interface RelocatedDirectory {
  readonly block: number
}

/**
 * Decodes CL or PL.
 *
 * @throws KairosError `iso/damaged`
 */
export function decodeRelocatedDirectory(data: Uint8Array, origin = 0): RelocatedDirectory {
  return { block: bothEndian32(structureReader(data, 'CL or PL entry', origin), 'block') }
}

export function encodeChildLink({ block }: RelocatedDirectory): Uint8Array {
  return encodeBlock('CL', block)
}

export function encodeParentLink({ block }: RelocatedDirectory): Uint8Array {
  return encodeBlock('PL', block)
}

export function encodeRelocatedMark(): Uint8Array {
  return encodeSystemUseEntry('RE', new Uint8Array(0))
}

function encodeBlock(signature: string, block: number): Uint8Array {
  const writer = new ByteWriter(8, `${signature} entry`)
  writeBothEndian32(writer, block, 'block')
  return encodeSystemUseEntry(signature, writer.written)
}
