import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { KairosError } from '@kairos-sdk/core'
import { fileSource, readFully } from '../../bytes/index.js'
import { decompress, detectCompression, MAGIC_SIZE } from '../compression/index.js'
import type { ImageOperationOptions } from '../image/image-event.js'
import type { ArchiveImageSource } from '../image/image-source.js'
import { type OpenedImage, openedImage } from '../image/opened-image.js'
import { type ArchiveFiles, directoryFiles } from './archive-files.js'
import type { ArchiveImageOptions } from './oci-layout.js'
import { openArchive } from './open-archive.js'
import { indexTar } from './tar-index.js'
import { storeTemporarily } from './temporary-file.js'

export interface OpenImageFileOptions extends ImageOperationOptions, ArchiveImageOptions {
  readonly signal?: AbortSignal | undefined
  /** Where compressed archives are put, decompressed, while they are used: their layers are not read in order. */
  readonly temporaryDirectory: string
}

/**
 * Opens an image of a file or directory: `docker-archive:`, `oci-archive:` and `oci:`. A plain archive is read where it
 * is; one that is compressed as a whole (`docker save | gzip`) is decompressed to a temporary file first.
 *
 * @throws KairosError `image/*`, `tar/damaged`, `compression/*`, `input/*`, `output/*`, `aborted`
 */
export async function openImageFile(source: ArchiveImageSource, options: OpenImageFileOptions): Promise<OpenedImage> {
  const { path, kind } = source
  const wanted = { ...options, image: source.image }
  const preferred = kind === 'docker-archive' ? 'docker' : 'oci'
  const isDirectory = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (isDirectory) return openedImage(await openArchive(await checkedDirectory(path), preferred, wanted))
  const archive = await tarFiles(path, options)
  try {
    return openedImage(await openArchive(archive.files, preferred, wanted), archive.release)
  } catch (error) {
    await archive.release()
    throw error
  }
}

async function checkedDirectory(path: string): Promise<ArchiveFiles> {
  const files = directoryFiles(path)
  if ((await files.file('index.json')) || (await files.file('manifest.json'))) return files
  throw new KairosError(
    'image/malformed',
    `${path}: an OCI image layout expected, a directory without index.json found.`,
    {
      hint: `If it holds a root file system: dir:${path}`,
    },
  )
}

async function tarFiles(path: string, options: OpenImageFileOptions) {
  const { signal, onProgress, temporaryDirectory } = options
  const source = await fileSource(path)
  const start = await readFully(source, 0, Math.min(MAGIC_SIZE, source.size), { signal })
  const release = async () => {}
  if (detectCompression(start) === 'none') return { files: await indexTar(source, { signal }), release }
  const message = `Decompressing ${path}`
  onProgress?.({ phase: 'decompress', message })
  const plain = decompress(source.read(0, source.size, { signal }), { name: path, signal })
  const onBytes = (done: number) => onProgress?.({ phase: 'decompress', message, done, unit: 'bytes' })
  const temporary = await storeTemporarily(plain, temporaryDirectory, { signal, onBytes })
  try {
    const named = { ...(await fileSource(temporary.path)), name: path }
    return { files: await indexTar(named, { signal }), release: temporary.remove }
  } catch (error) {
    await temporary.remove()
    throw error
  }
}

/** Where an image is put while it is used, in the cache of a state directory. */
export function temporaryDirectoryIn(cacheDirectory: string): string {
  return join(cacheDirectory, 'unpacking')
}
