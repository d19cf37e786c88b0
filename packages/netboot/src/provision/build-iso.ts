import { rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { KairosError, type OperationOptions, type ProgressEvent } from '@kairos-sdk/core'
import type { ByteSource } from '../bytes/byte-source.js'
import { fileSource } from '../bytes/file-source.js'
import { hashSource } from '../bytes/hash-source.js'
import type { GrubArchitecture } from '../media/grub/index.js'
import { type AuthorEntry, directoryEntries, writeImage } from '../media/iso/index.js'
import { type LiveIsoOptions, liveIso } from '../media/live-iso/index.js'
import type { SquashfsSummary } from '../media/squashfs/index.js'
import { syncDirectory } from '../output/sync-directory.js'
import { workBeside } from '../output/work-beside.js'
import { dateOf, type PackOptions, packArtifacts } from '../sources/artifacts/index.js'
import type { RootSource } from '../sources/root-source/index.js'

export interface BuildIsoOptions
  extends OperationOptions<ProgressEvent>,
    Pick<PackOptions, 'compression' | 'level' | 'date'>,
    Pick<LiveIsoOptions, 'extraCmdline' | 'consoleCmdline' | 'volumeLabel' | 'grubHost' | 'mustStartWith'> {
  /** Becomes `/config.yaml`, which the live system reads. */
  readonly cloudConfig?: ByteSource | undefined
  /** Directory of this machine to lay over the root file system, see `overlayRoot`. */
  readonly overlayRootfs?: string | undefined
  /** Directory of this machine to lay over the files of the ISO. */
  readonly overlayIso?: string | undefined
  /** Permissions of the ISO. Default 0o600 with a cloud config, which holds secrets; else 0o644 less the umask. */
  readonly mode?: number | undefined
  /** Called once when another process makes the same file, which is then waited for. */
  readonly onWait?: (() => void) | undefined
}

export interface BuiltIso {
  readonly path: string
  readonly size: number
  readonly sha256: string
  /** The file beside the ISO with its checksum: `<hex> NAME.iso`. */
  readonly checksumPath: string
  readonly architecture: GrubArchitecture
  /** What kinds of machines it starts on. */
  readonly starts: readonly ('bios' | 'uefi')[]
  /** What it cannot do, and how to change that; sentences for people. */
  readonly warnings: readonly string[]
  /** The root file system in it. */
  readonly rootfs: SquashfsSummary
}

/**
 * Builds an installation ISO of a root file system: `/rootfs.squashfs`, `/boot/kernel`, `/boot/initrd`, GRUB and its menu;
 * beside it `NAME.iso.sha256`. Both appear when they are complete. In the meantime there is a squashfs image in a hidden
 * directory beside the output, no unpacked tree; a run that was killed leaves that directory to be removed by the next.
 *
 * The same container image and options give the same bytes; GRUB is the one of the image, else that of this machine.
 *
 * @throws KairosError those of `packArtifacts`, `liveIso` and `writeImage`; `artifacts/wrong-architecture` for machines
 *   that there is no menu for
 */
export async function buildIso(root: RootSource, path: string, options: BuildIsoOptions = {}): Promise<BuiltIso> {
  const { signal, onWait } = options
  return workBeside(path, (directory) => build(root, path, directory, options), { signal, onWait })
}

async function build(root: RootSource, path: string, directory: string, options: BuildIsoOptions): Promise<BuiltIso> {
  const { signal, onProgress, cloudConfig, overlayRootfs, overlayIso, compression, level } = options
  const mode = options.mode ?? (cloudConfig ? 0o600 : 0o644 & ~process.umask())
  const date = dateOf(root, options.date)
  const squashfs = join(directory, 'rootfs.squashfs')
  const packing = { compression, level, date, overlay: overlayRootfs, signal, onProgress }
  const artifacts = await packArtifacts(root, squashfs, packing)
  const arch = grubArchitecture(artifacts.architecture, root.name)
  const overlay: AuthorEntry[] = []
  if (overlayIso !== undefined) for await (const entry of directoryEntries(overlayIso, { signal })) overlay.push(entry)
  const { kernel, initrd, rootfs, rootFileSystem, summary } = artifacts
  const { extraCmdline, consoleCmdline, volumeLabel, grubHost, mustStartWith } = options
  const { image, starts, warnings } = await liveIso({
    ...{ kernel, initrd, rootfs, cloudConfig, overlay, arch, extraCmdline, consoleCmdline, volumeLabel, mustStartWith },
    ...{ date, signal, onProgress, grubHost, grubFrom: rootFileSystem, name: basename(path) },
  })
  const part = join(directory, basename(path))
  await writeImage(image, part, { mode, signal, onProgress })
  await rm(squashfs)
  const checksumPath = `${path}.sha256`
  onProgress?.({ phase: 'checksum', message: `Computing the SHA-256 of ${basename(path)}` })
  const sha256 = await hashSource(await fileSource(part), 'sha256', { signal })
  await writeFile(`${part}.sha256`, `${sha256} ${basename(path)}\n`, { mode: 0o644, flush: true })
  // An old checksum beside a new image would be a lie, if this is where it ends.
  await rm(checksumPath, { force: true })
  await rename(part, path)
  await rename(`${part}.sha256`, checksumPath)
  await syncDirectory(dirname(path))
  return { path, size: image.size, sha256, checksumPath, architecture: arch, starts, warnings, rootfs: summary }
}

function grubArchitecture(architecture: string | undefined, name: string): GrubArchitecture {
  if (architecture === 'amd64' || architecture === 'arm64') return architecture
  throw new KairosError(
    'artifacts/wrong-architecture',
    `${name}: a kernel for amd64 or arm64 expected, one for ${architecture ?? 'machines that it does not name'} found.`,
    {
      hint: 'ISOs are made for those. For others, pack the root file system with: auroraboot unpack IMAGE root.squashfs',
    },
  )
}
