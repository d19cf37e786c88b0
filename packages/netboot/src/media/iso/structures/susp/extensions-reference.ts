import { ByteWriter } from '../../../../bytes/writer.js'
import { structureReader } from '../structure-reader.js'
import { encodeSystemUseEntry } from '../system-use-entry.js'

/**
 * ER: names an extension that is in use (SUSP 1.12 section 5.5).
 *
 *     Offset  Size  Field
 *     4       1     length of the identifier
 *     5       1     length of the description
 *     6       1     length of the source
 *     7       1     version of the extension
 *     8       ...   identifier, description, source
 */
export interface ExtensionsReference {
  readonly identifier: string
  readonly description: string
  readonly source: string
  readonly extensionVersion: number
}

/** Rock Ridge as RRIP 1.09 names itself: what mkisofs and xorriso write. */
export const ROCK_RIDGE_1991A: ExtensionsReference = {
  identifier: 'RRIP_1991A',
  description: 'THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS',
  source:
    'PLEASE CONTACT DISC PUBLISHER FOR SPECIFICATION SOURCE.  SEE PUBLISHER IDENTIFIER IN PRIMARY VOLUME DESCRIPTOR FOR CONTACT INFORMATION.',
  extensionVersion: 1,
}

/** @throws KairosError `iso/damaged` */
export function decodeExtensionsReference(data: Uint8Array, origin = 0): ExtensionsReference {
  const reader = structureReader(data, 'ER entry', origin)
  const identifierLength = reader.uint8('length of the identifier')
  const descriptionLength = reader.uint8('length of the description')
  const sourceLength = reader.uint8('length of the source')
  const extensionVersion = reader.uint8('version of the extension')
  return {
    identifier: reader.latin1(identifierLength, 'identifier'),
    description: reader.latin1(descriptionLength, 'description'),
    source: reader.latin1(sourceLength, 'source'),
    extensionVersion,
  }
}

export function encodeExtensionsReference(reference: ExtensionsReference): Uint8Array {
  const { identifier, description, source, extensionVersion } = reference
  const writer = new ByteWriter(4 + identifier.length + description.length + source.length, 'ER entry')
  writer.uint8(identifier.length, 'length of the identifier')
  writer.uint8(description.length, 'length of the description')
  writer.uint8(source.length, 'length of the source')
  writer.uint8(extensionVersion, 'version of the extension')
  writer.latin1(identifier, identifier.length, 'identifier')
  writer.latin1(description, description.length, 'description')
  writer.latin1(source, source.length, 'source')
  return encodeSystemUseEntry('ER', writer.written)
}
