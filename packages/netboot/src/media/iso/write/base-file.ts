import { stat } from 'node:fs/promises'
import type { ByteSource } from '../../../bytes/byte-source.js'
import { type FileSource, isFileSource } from '../../../bytes/file-source.js'
import type { OverlaySource, PatchedExtent } from '../../../bytes/overlay-source.js'

/** An image as a file and what takes the place of its bytes. */
export interface FileAndExtents {
  readonly file: FileSource
  readonly extents: readonly PatchedExtent[]
}

/** The file behind an image that is patched once; `undefined` for an image of another kind. */
export function fileAndExtents(image: ByteSource): FileAndExtents | undefined {
  if (isFileSource(image)) return { file: image, extents: [] }
  if (isOverlay(image) && isFileSource(image.base)) return { file: image.base, extents: image.extents }
  return undefined
}

/** All files that an image is made from, as far as they can be told. */
export function filesBehind(image: ByteSource): FileSource[] {
  if (isFileSource(image)) return [image]
  return isOverlay(image) ? filesBehind(image.base) : []
}

/** True when two paths lead to the same file. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([a, b].map((path) => stat(path, { bigint: true }).catch(() => undefined)))
  return left !== undefined && right !== undefined && left.dev === right.dev && left.ino === right.ino
}

function isOverlay(image: ByteSource): image is OverlaySource {
  return 'base' in image && 'extents' in image && Array.isArray(image.extents)
}
