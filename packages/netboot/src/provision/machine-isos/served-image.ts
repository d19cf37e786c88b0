import type { ByteSource } from '../../bytes/byte-source.js'
import { overlaySource } from '../../bytes/overlay-source.js'
import { type Additions, customisedImage } from './customised-image.js'

/** Images that are kept: their changed sectors and cloud config, some kilobytes each. */
const KEPT_IMAGES = 256

/** Images for single machines, made up from one base when they are asked for. */
export interface ServedImages {
  /** @throws KairosError those of `customisedImage` */
  image(name: string, additions: Additions): Promise<ByteSource>
}

/**
 * Makes images of a base and keeps those that were asked for last: a machine that reads its image in parts asks for it
 * thousands of times.
 *
 * @param keep - how many. Default 256
 */
export function servedImages(base: ByteSource, keep = KEPT_IMAGES): ServedImages {
  const kept = new Map<string, Promise<ByteSource>>()

  async function make(name: string, additions: Additions): Promise<ByteSource> {
    const image = await customisedImage(base, additions, { name })
    // Without what is needed only to look into it: that is some hundred times as much.
    return overlaySource(name, image.base, image.extents, image.size)
  }

  return {
    async image(name, additions) {
      const known = kept.get(name)
      const image = known ?? make(name, additions)
      kept.delete(name)
      kept.set(name, image)
      const [oldest] = kept.keys()
      if (kept.size > keep && oldest !== undefined) kept.delete(oldest)
      try {
        return await image
      } catch (error) {
        if (kept.get(name) === image) kept.delete(name)
        throw error
      }
    },
  }
}
