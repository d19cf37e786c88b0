import { createHash, randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { KairosError, translateError } from '@kairos-sdk/core'
import { type ByteSource, readFully } from '../../bytes/byte-source.js'
import { makeDirectory } from '../../output/make-directory.js'
import { ipxeCacheDirectory } from './find-ipxe.js'

export interface CacheIpxeOptions {
  /** Name of the file, as `findIpxe` looks for it: `ipxe.lkrn`, `ipxe-arm64.efi`. */
  readonly file: string
  /** SHA-256 of the build that is expected, in hexadecimal. */
  readonly sha256: string
  /** Default `~/.cache/kairos/ipxe`. */
  readonly cacheDirectory?: string
  readonly signal?: AbortSignal | undefined
}

/** No build of iPXE is nearly as large. */
const MAX_BUILD_BYTES = 64 * 1024 * 1024

/**
 * Puts a build of iPXE, from an URL for example, into the cache, if it is the one that is expected.
 *
 * @returns the path of the file
 * @throws KairosError `input/changed` for another checksum, `argument/invalid`, `output/*`, `aborted`, and what the source
 *   throws
 */
export async function cacheIpxe(source: ByteSource, options: CacheIpxeOptions): Promise<string> {
  const { file, sha256, cacheDirectory = ipxeCacheDirectory(), signal } = options
  if (!/^[\w.-]*\w$/.test(file) || !/^[0-9a-f]{64}$/i.test(sha256) || source.size > MAX_BUILD_BYTES) {
    throw new KairosError(
      'argument/invalid',
      `iPXE build: a plain file name, 64 hexadecimal digits and at most 64 MiB expected, ${JSON.stringify(file)}, ` +
        `${JSON.stringify(sha256)} and ${source.size} bytes found.`,
    )
  }
  const bytes = await readFully(source, 0, source.size, { signal })
  const found = createHash('sha256').update(bytes).digest('hex')
  if (found !== sha256.toLowerCase()) {
    throw new KairosError(
      'input/changed',
      `${source.name}: SHA-256 ${sha256.toLowerCase()} expected, ${found} found.`,
      {
        hint: 'Do not use this file before you know why it differs.',
      },
    )
  }
  const path = join(cacheDirectory, file)
  const beside = `${path}.${randomUUID()}`
  try {
    await makeDirectory(cacheDirectory)
    const handle = await open(beside, 'wx')
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw translateError(error, `Cannot write ${path}`, 'output/not-writable')
  }
  return path
}
