import type { ReadOptions } from '../../../bytes/byte-source.js'
import type { IsoVolume } from '../iso-image.js'
import type { ImageMetadata } from '../read/image-metadata.js'
import { SECTOR_SIZE, SYSTEM_AREA_SECTORS } from '../structures/sector.js'
import type { Patch } from './grow-partitions.js'

/** How far behind the start of a session's descriptors its first tag may be. */
const SEARCHED_BLOCKS = 32
const MAX_TAGS = 16
const TAG = /^libisofs_(?:sb|rlsb32|tree)?_?checksum_tag_v1 pos=(\d+)/

/**
 * Patches that take the checksum tags of xorriso --md5 out: MD5s of everything up to a block, each with the place of the
 * next one. With a wrong tag xorriso refuses to load the image. The checksums of single files are kept elsewhere and
 * stay right.
 *
 *     libisofs_sb_checksum_tag_v1 pos=18 range_start=0 range_size=18 next=41 md5=... self=...
 */
export async function sessionChecksumPatches(
  image: ImageMetadata,
  { descriptors }: IsoVolume,
  options: ReadOptions,
): Promise<Patch[]> {
  const tags = new Set<number>()
  for (const start of new Set([SYSTEM_AREA_SECTORS, descriptors.block])) {
    for (let block = start; block < start + SEARCHED_BLOCKS; block++) {
      let next: number | undefined = block
      while (next !== undefined && tags.size < MAX_TAGS && !tags.has(next)) {
        const text: string | undefined = await tagAt(image, next, options)
        if (text === undefined) break
        tags.add(next)
        const following = / next=(\d+)/.exec(text)?.[1]
        next = following === undefined ? undefined : Number(following)
      }
    }
  }
  return [...tags].map((block) => ({ offset: block * SECTOR_SIZE, bytes: new Uint8Array(SECTOR_SIZE) }))
}

async function tagAt(image: ImageMetadata, block: number, options: ReadOptions): Promise<string | undefined> {
  const offset = block * SECTOR_SIZE
  if (offset + SECTOR_SIZE > image.source.size) return undefined
  const sector = await image.bytes({ offset, length: SECTOR_SIZE }, 'checksum tag', options)
  const text = Buffer.from(sector.buffer, sector.byteOffset, sector.length).toString('latin1')
  return TAG.exec(text)?.[1] === String(block) ? text : undefined
}
