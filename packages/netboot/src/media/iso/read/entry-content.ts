import { KairosError } from '@kairos-sdk/core'
import type { ByteSource } from '../../../bytes/byte-source.js'
import { concatSource } from '../../../bytes/concat-source.js'
import { sliceSource } from '../../../bytes/slice-source.js'
import type { TreeEntry } from './directory-entries.js'
import { checkInside, type ImageMetadata } from './image-metadata.js'

/**
 * The content of a file as a source.
 *
 * @throws KairosError `input/is-a-directory`, `iso/damaged`, `iso/unsupported`
 */
export function entryContent(image: ImageMetadata, entry: TreeEntry): ByteSource {
  const { source } = image
  if (entry.type !== 'file') {
    const code = entry.type === 'directory' ? 'input/is-a-directory' : 'iso/unsupported'
    throw new KairosError(code, `${source.name}: ${entry.path}: a file expected, a ${entry.type} found.`)
  }
  if (entry.records.some(({ record }) => record.fileUnitSize !== 0 || record.interleaveGap !== 0)) {
    throw new KairosError('iso/unsupported', `${source.name}: ${entry.path}: an interleaved file cannot be read.`)
  }
  // An empty file may point anywhere.
  const extents = entry.extents.filter(({ length }) => length > 0)
  for (const extent of extents) checkInside(source, extent, entry.path)
  const pieces = extents.map(({ offset, length }) => sliceSource(source, offset, length, entry.name))
  return pieces.length === 1 && pieces[0] ? pieces[0] : concatSource(entry.name, pieces)
}
