import { stat } from 'node:fs/promises'
import { KairosError, translateError } from '@kairos-sdk/core'
import { readFully } from '../../bytes/byte-source.js'
import { fileSource } from '../../bytes/file-source.js'
import { directoryTree } from '../../file-system/directory/index.js'
import { openSquashfs } from '../../media/squashfs/index.js'
import {
  type ImageSource,
  type OpenImageOptions,
  openImage,
  parseArchitecture,
  parseImageSource,
} from '../image/index.js'
import { mergeLayers } from '../layers/index.js'
import { tarTree } from '../tar/index.js'
import type { RootSource } from './root-source.js'

/** Where a root file system comes from. */
export type RootSourceLocation =
  | ImageSource
  /** A root file system as a file: a squashfs image, or a tar archive. */
  | { readonly kind: 'file'; readonly path: string }

/**
 * What images without a date carry. Not now, or two images of one source would differ; not 1970, which FAT cannot say.
 */
const NO_DATE = new Date('1980-01-01T00:00:00Z')

const SQUASHFS_MAGIC = 'hsqs'

/**
 * Reads what names a root file system: all that `parseImageSource` knows, and `file:FILE`, a squashfs image or a tar
 * archive, compressed or not.
 *
 * @throws KairosError `image/invalid-reference`
 */
export function parseRootSource(text: string): RootSourceLocation {
  const path = /^file:(?:\/\/(?=\/))?(.+)$/s.exec(text)?.[1]
  return path === undefined ? parseImageSource(text) : { kind: 'file', path }
}

/**
 * Opens a root file system: a container image of a registry, an engine or a file, whose layers are merged while they are
 * read; a directory; a tar archive; a squashfs image.
 *
 *     await using root = await openRootSource('quay.io/kairos/ubuntu:24.04', { stateDir })
 *     for await (const entry of root.entries()) …
 *
 * @param source - as text, see {@link parseRootSource}, or what that gives
 * @throws KairosError those of `parseRootSource` and `openImage`; `argument/invalid` for an unknown architecture; `input/*`
 */
export async function openRootSource(
  source: string | RootSourceLocation,
  options: OpenImageOptions,
): Promise<RootSource> {
  const location = typeof source === 'string' ? parseRootSource(source) : source
  switch (location.kind) {
    case 'directory':
      return directoryRoot(location.path, options)
    case 'tar':
      return tarRoot(`tar:${location.path}`, location.path, options)
    case 'file':
      return fileRoot(location.path, options)
    default:
      return imageRoot(location, options)
  }
}

async function imageRoot(location: ImageSource, options: OpenImageOptions): Promise<RootSource> {
  const image = await openImage(location, options)
  return {
    name: image.name,
    identity: `${image.digest}/${image.architecture}`,
    architecture: image.architecture,
    date: image.created ?? NO_DATE,
    entries: (operation) => mergeLayers(image.layers, operation),
    [Symbol.asyncDispose]: () => image[Symbol.asyncDispose](),
  }
}

async function directoryRoot(path: string, options: OpenImageOptions): Promise<RootSource> {
  const expected = expectedArchitecture(options)
  await checkDirectory(path)
  return {
    name: `dir:${path}`,
    ...expected,
    entries: ({ signal } = {}) => directoryTree(path, { signal }),
    ...holdsNothing,
  }
}

async function checkDirectory(path: string): Promise<void> {
  const stats = await stat(path).catch((error: unknown) => {
    throw translateError(error, `Cannot read ${path}`, 'input/unreadable')
  })
  if (stats.isDirectory()) return
  throw new KairosError('input/not-found', `${path}: a directory expected, a file found.`, {
    hint: 'A tar archive is named tar:FILE.',
  })
}

async function tarRoot(name: string, path: string, options: OpenImageOptions): Promise<RootSource> {
  const expected = expectedArchitecture(options)
  const source = await fileSource(path)
  return {
    name,
    ...expected,
    entries: ({ signal, survey } = {}) => tarTree(source, { signal, survey }),
    ...holdsNothing,
  }
}

async function fileRoot(path: string, options: OpenImageOptions): Promise<RootSource> {
  const { signal } = options
  const source = await fileSource(path)
  const head = await readFully(source, 0, Math.min(SQUASHFS_MAGIC.length, source.size), { signal })
  if (Buffer.from(head).toString('latin1') !== SQUASHFS_MAGIC) return tarRoot(`file:${path}`, path, options)
  const image = await openSquashfs(source, { signal })
  return {
    name: `file:${path}`,
    ...expectedArchitecture(options),
    entries: (operation = {}) => image.entries({ signal: operation.signal }),
    ...holdsNothing,
  }
}

/** Directories and archives do not say what they are for: what was asked for is what their kernel is compared with. */
function expectedArchitecture({ architecture }: OpenImageOptions): Pick<RootSource, 'architecture'> {
  return architecture === undefined ? {} : { architecture: parseArchitecture(architecture).architecture }
}

const holdsNothing = { [Symbol.asyncDispose]: async () => {} }
