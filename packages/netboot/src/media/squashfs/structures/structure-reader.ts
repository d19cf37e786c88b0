import { ByteReader } from '../../../bytes/reader.js'

/**
 * A reader for a structure of an image: what is missing makes the image `squashfs/damaged`.
 *
 * @param origin - where the bytes lie in the image, for error messages
 */
export function structureReader(bytes: Uint8Array, name: string, origin = 0): ByteReader {
  return new ByteReader(bytes, { code: 'squashfs/damaged', name, origin })
}
