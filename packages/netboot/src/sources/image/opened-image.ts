import type { ContainerImage } from '../container-image.js'

/**
 * A container image that may hold something while it is used: downloads under way, a temporary file. Disposing of it
 * stops and removes those; its layers cannot be read any more.
 *
 *     await using image = await openImage(parseImageSource('quay.io/kairos/ubuntu:24.04'), { stateDir })
 */
export interface OpenedImage extends ContainerImage, AsyncDisposable {}

/** An image that holds nothing, or what `release` lets go of. */
export function openedImage(image: ContainerImage, release: () => Promise<void> = async () => {}): OpenedImage {
  let released: Promise<void> | undefined
  const dispose = () => {
    released ??= release()
    return released
  }
  return { ...image, [Symbol.asyncDispose]: dispose }
}
