import { throwIfAborted } from '@kairos-sdk/core'
import { readPicture } from '../read-picture.js'
import type { CaptureWay, Screenshot } from './screenshot.js'

/** Pictures of one colour. */
export class EmptyPictures extends Error {
  readonly screenshots: readonly Screenshot[]

  constructor(screenshots: readonly Screenshot[]) {
    super('an empty picture: Wayland does not let it look at the screen')
    this.screenshots = screenshots
  }
}

/**
 * The same way, but with {@link EmptyPictures} for an error when its pictures are all of one colour. A screen may look like
 * that, but under Wayland it is also what programs get that ask XWayland: nothing, or the windows of other programs of X11.
 */
export function withoutEmptyPictures({ name, capture }: CaptureWay): CaptureWay {
  return {
    name,
    async capture(context) {
      const screenshots = await capture(context)
      for (const { picture } of screenshots) if (await showsSomething(picture, context.signal)) return screenshots
      if (screenshots.length > 0) throw new EmptyPictures(screenshots)
      return []
    },
  }
}

async function showsSomething(picture: Uint8Array, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    const [{ grey }] = await readPicture(picture, { signal })
    return grey.some((shade) => shade !== grey[0])
  } catch {
    throwIfAborted(signal, 'Taking a screenshot')
    // Who looks for the code in it says better what is wrong with it.
    return true
  }
}
