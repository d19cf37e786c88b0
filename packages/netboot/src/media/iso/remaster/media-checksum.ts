import { createHash } from 'node:crypto'
import { throwIfAborted } from '@kairos-sdk/core'
import type { ByteSource, ReadOptions } from '../../../bytes/byte-source.js'
import type { OverlaySource } from '../../../bytes/overlay-source.js'
import type { IsoVolume } from '../iso-image.js'
import { imageMetadata } from '../read/image-metadata.js'
import { APPLICATION_USE_SIZE, VolumeDescriptorOffset } from '../structures/primary-volume-descriptor.js'
import { SECTOR_SIZE } from '../structures/sector.js'
import { patchOverlay } from './patch-overlay.js'

/**
 * The media checksum that implantisomd5 leaves in the application use field of the primary volume descriptor and
 * checkisomd5 (`rd.live.check`, "Test this media") reads: text fields with a semicolon after each, spaces after the last.
 *
 *     ISO MD5SUM = <32 digits>      of the volume without its last sectors, this field taken as spaces
 *     SKIPSECTORS = 15              how many sectors at the end are left out
 *     RHLISOSTATUS=0
 *     FRAGMENT SUMS = <60 digits>   three for each fragment: of the MD5 of everything up to it
 *     FRAGMENT COUNT = 20
 */
const MD5_FIELD = /ISO MD5SUM = [0-9a-f]{32}/
const FRAGMENTS_FIELD = /FRAGMENT SUMS = ([0-9a-f]*)/
const FRAGMENT_DIGITS = 60
/** A fragment ends where a block of this size ends, as both programs read. */
const READ_BYTES = 32 * 1024

/** True for an image with a media checksum in it. */
export function hasMediaChecksum({ descriptors }: IsoVolume): boolean {
  return MD5_FIELD.test(applicationText(descriptors.primary.descriptor.applicationUse))
}

/** The image without its media checksum. */
export async function withoutMediaChecksum(volume: IsoVolume, overlay: OverlaySource, options: ReadOptions) {
  return withApplicationUse(volume, overlay, '', options)
}

/** The image with its media checksum made anew: reads all of it. */
export async function withMediaChecksum(
  volume: IsoVolume,
  overlay: OverlaySource,
  options: ReadOptions,
): Promise<OverlaySource> {
  const text = applicationText(volume.descriptors.primary.descriptor.applicationUse)
  const blank = await withoutMediaChecksum(volume, overlay, options)
  const skipped = Number(/SKIPSECTORS = (\d+)/.exec(text)?.[1] ?? 15)
  const count = Number(/FRAGMENT COUNT = (\d+)/.exec(text)?.[1] ?? 0)
  const image = imageMetadata(blank)
  const at = volume.descriptors.primary.block * SECTOR_SIZE + VolumeDescriptorOffset.volumeSpaceSize
  const size = await image.bytes({ offset: at, length: 4 }, 'volume space size', options)
  const blocks = new DataView(size.buffer, size.byteOffset).getUint32(0, true) - skipped
  const total = Math.max(0, Math.min(blocks * SECTOR_SIZE, blank.size))
  const { md5, fragments } = await checksums(blank, total, count, options)
  const updated = text
    .replace(MD5_FIELD, `ISO MD5SUM = ${md5}`)
    .replace(FRAGMENTS_FIELD, `FRAGMENT SUMS = ${fragments}`)
  return withApplicationUse(volume, blank, updated, options)
}

async function checksums(image: ByteSource, total: number, count: number, options: ReadOptions) {
  const hash = createHash('md5')
  const fragmentSize = count > 0 ? Math.floor(total / (count + 1)) : 0
  const digits = count > 0 ? Math.floor(FRAGMENT_DIGITS / count) : 0
  let fragments = ''
  let previous = 0
  let offset = 0
  let rest: Uint8Array = new Uint8Array(0)
  const add = (block: Uint8Array) => {
    hash.update(block)
    const fragment = fragmentSize > 0 ? Math.floor(offset / fragmentSize) : 0
    if (fragment !== previous) {
      fragments += fragmentSum(hash.copy().digest(), digits)
      previous = fragment
    }
    offset += block.length
  }
  for await (const chunk of image.read(0, total, options)) {
    throwIfAborted(options.signal, `Cannot read ${image.name}`)
    const bytes: Uint8Array = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    let at = 0
    for (; bytes.length - at >= READ_BYTES; at += READ_BYTES) add(bytes.subarray(at, at + READ_BYTES))
    rest = bytes.subarray(at)
  }
  if (rest.length > 0) add(rest)
  return { md5: hash.digest('hex'), fragments }
}

/** The first hexadecimal digit of each of the first bytes, written without leading zero. */
function fragmentSum(digest: Uint8Array, digits: number): string {
  return Array.from(digest.subarray(0, digits), (byte) => byte.toString(16).charAt(0)).join('')
}

function applicationText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

function withApplicationUse(
  { descriptors }: IsoVolume,
  overlay: OverlaySource,
  text: string,
  options: ReadOptions,
): Promise<OverlaySource> {
  const bytes = Buffer.from(text.padEnd(APPLICATION_USE_SIZE, ' ').slice(0, APPLICATION_USE_SIZE), 'latin1')
  const offset = descriptors.primary.block * SECTOR_SIZE + VolumeDescriptorOffset.applicationUse
  return patchOverlay(overlay, [{ offset, bytes }], options)
}
