import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { KairosError, translateError } from '@kairos-sdk/core'
import type { ReadOptions } from '../../bytes/byte-source.js'
import { fileSource } from '../../bytes/file-source.js'
import { LivePaths } from '../../media/live-iso/live-paths.js'
import type { BootArtifacts } from '../boot-artifacts.js'
import { kernelArchitecture } from '../kernel-architecture.js'

const SUFFIXES = { kernel: '-kernel', initrd: '-initrd', rootfs: '.squashfs' } as const

type Paths = Record<'kernel' | 'initrd' | 'rootfs', string>

/**
 * Boot artifacts that lie in a directory as files: those of a release (`NAME-kernel`, `NAME-initrd`, `NAME.squashfs`), or
 * those of an unpacked ISO (`boot/kernel`, `boot/initrd`, `rootfs.squashfs`).
 *
 * @throws KairosError `artifacts/not-found` for a directory without them, or with several systems; `input/*`
 */
export async function artifactsOfDirectory(directory: string, options: ReadOptions = {}): Promise<BootArtifacts> {
  const { paths, description } = await pathsIn(directory)
  const [kernel, initrd, rootfs] = await Promise.all([
    fileSource(join(directory, paths.kernel)),
    fileSource(join(directory, paths.initrd)),
    fileSource(join(directory, paths.rootfs)),
  ])
  return { kernel, initrd, rootfs, architecture: await kernelArchitecture(kernel, options), description }
}

async function pathsIn(directory: string): Promise<{ paths: Paths; description: string }> {
  const names = await readdir(directory).catch((error: unknown) => {
    throw translateError(error, `Cannot read ${directory}`, 'input/unreadable')
  })
  const releases = names
    .filter((name) => name.endsWith(SUFFIXES.kernel))
    .map((name) => name.slice(0, -SUFFIXES.kernel.length))
    .filter((name) => [SUFFIXES.initrd, SUFFIXES.rootfs].every((suffix) => names.includes(name + suffix)))
  const [name, ...others] = releases
  if (name !== undefined && others.length > 0) {
    throw notFound(
      directory,
      `one system expected, ${releases.sort().join(', ')} found`,
      'Keep each in a directory of its own.',
    )
  }
  if (name !== undefined) {
    const paths = { kernel: name + SUFFIXES.kernel, initrd: name + SUFFIXES.initrd, rootfs: name + SUFFIXES.rootfs }
    return { paths, description: name }
  }
  const isThere = await Promise.all(Object.values(LivePaths).map((path) => isFile(join(directory, path))))
  if (isThere.every(Boolean)) return { paths: LivePaths, description: directory }
  const expected = `NAME-kernel, NAME-initrd and NAME.squashfs, or ${Object.values(LivePaths).join(', ')}, expected`
  throw notFound(directory, `${expected}, not found`, 'auroraboot netboot writes these files out of an ISO.')
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  )
}

function notFound(directory: string, problem: string, hint: string): KairosError {
  return new KairosError('artifacts/not-found', `${directory}: ${problem}.`, { hint })
}
