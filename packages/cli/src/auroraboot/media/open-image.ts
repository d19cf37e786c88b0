import { isHttpUrl } from '@kairos-sdk/core'
import { type ByteSource, fileSource, httpSource } from '@kairos-sdk/netboot'
import { type IsoImage, openIso } from '@kairos-sdk/netboot/iso'
import type { Context } from '../command.js'

/**
 * A file, or what a URL names, as bytes that are read when they are needed.
 *
 * @throws KairosError those of `fileSource` and `httpSource`
 */
export async function openSource(location: string, { signal }: Pick<Context, 'signal'>): Promise<ByteSource> {
  return isHttpUrl(location) ? httpSource(location, { signal }) : fileSource(location)
}

/**
 * Looks into an image; of one behind a URL, only what is looked at is transferred.
 *
 * @throws KairosError those of `openSource` and `openIso`
 */
export async function openImage(location: string, context: Pick<Context, 'signal'>): Promise<IsoImage> {
  return openIso(await openSource(location, context), { signal: context.signal })
}
