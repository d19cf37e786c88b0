import { KairosError } from '@kairos-sdk/core'
import type { ByteSource, ReadOptions } from '../bytes/byte-source.js'
import type { IsoImage } from '../media/iso/index.js'
import { LivePaths } from '../media/live-iso/live-paths.js'
import type { BootArtifacts } from './boot-artifacts.js'
import { kernelArchitecture } from './kernel-architecture.js'

/**
 * Kernel, initial RAM disk and root file system of an installation image, as byte ranges of it: nothing is extracted.
 *
 * @throws KairosError `iso/not-found` for an image without one of them, `iso/damaged`, `aborted`
 */
export async function bootArtifactsOfIso(image: IsoImage, options: ReadOptions = {}): Promise<BootArtifacts> {
  const [kernel, initrd, rootfs] = await Promise.all([
    part(image, LivePaths.kernel, options),
    part(image, LivePaths.initrd, options),
    part(image, LivePaths.rootfs, options),
  ])
  return { kernel, initrd, rootfs, architecture: await kernelArchitecture(kernel, options), description: image.name }
}

async function part(image: IsoImage, path: string, options: ReadOptions): Promise<ByteSource> {
  try {
    return await image.open(path, options)
  } catch (error) {
    if (!KairosError.is(error, 'iso/not-found')) throw error
    throw new KairosError('iso/not-found', `${image.name}: ${path} expected, not found.`, {
      hint: `A Kairos image has ${Object.values(LivePaths).join(', ')}. Is it one?`,
      cause: error,
    })
  }
}
