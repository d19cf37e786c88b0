import { stat } from 'node:fs/promises'
import { isHttpUrl, KairosError, translateError } from '@kairos-sdk/core'
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

/**
 * Asserts that a directory is there, for those that are only looked into: what is not found in them comes from elsewhere,
 * and nobody would notice a mistyped name.
 *
 * @throws KairosError `input/not-found`
 */
export async function checkInputDirectory(path: string): Promise<void> {
  const stats = await stat(path).catch((error: unknown) => {
    throw translateError(error, `Cannot look into ${path}`, 'input/unreadable')
  })
  if (stats.isDirectory()) return
  throw new KairosError('input/not-found', `${path}: a directory expected, a file found.`, {
    hint: 'Name a directory.',
  })
}
