import { KairosError } from '@kairos-sdk/core'
import type { ByteSource } from '../../../bytes/byte-source.js'
import type { Superblock } from '../structures/superblock.js'
import type { BlockReader } from './block-reader.js'
import type { MetadataReader } from './metadata-reader.js'

/** An open image, as the parts of the reader pass it on. */
export interface ImageContext {
  readonly source: ByteSource
  readonly superblock: Superblock
  readonly metadata: MetadataReader
  readonly blocks: BlockReader
}

export function damaged(image: ImageContext, message: string): KairosError {
  return new KairosError('squashfs/damaged', `${image.source.name}: ${message}.`)
}
