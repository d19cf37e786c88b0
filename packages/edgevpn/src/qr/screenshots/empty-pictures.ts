import { readPicture } from '../read-picture.js'
import type { CaptureWay } from './screenshot.js'

/**
 * The same way, but its pictures do not count when they are all of one colour. A screen may look like that, but under
 * Wayland it is also what programs get that ask XWayland: nothing, or the windows of other programs of X11.
 */
export function withoutEmptyPictures({ name, capture }: CaptureWay): CaptureWay {
  return {
    name,
    async capture(context) {
      const screenshots = await capture(context)
      for (const { picture } of screenshots) {
        const [{ grey }] = await readPicture(picture, { signal: context.signal })
        if (grey.some((shade) => shade !== grey[0])) return screenshots
      }
      if (screenshots.length > 0) throw new Error('an empty picture: Wayland does not let it look at the screen')
      return []
    },
  }
}
