import { KairosError } from '@kairos-sdk/core'
import type { ByteSource, ReadOptions } from '../../bytes/byte-source.js'
import type { RootFileSystem } from '../../file-system/root-file-system.js'
import { openSquashfs, squashfsRootFileSystem } from '../../media/squashfs/index.js'
import type { BootArtifacts } from '../boot-artifacts.js'
import { findBootFiles } from '../boot-files.js'
import { kernelArchitecture } from '../kernel-architecture.js'

export interface RootArtifacts extends BootArtifacts {
  /** To look for further files in the root file system: GRUB's, for example. */
  readonly rootFileSystem: RootFileSystem
}

export interface SquashfsArtifactsOptions extends ReadOptions {
  /** What the system is, for people and for messages. Default: the name of the image. */
  readonly description?: string | undefined
  /** For which machines it should be, in Go's words; the kernel is compared with it. Default: what the kernel says. */
  readonly architecture?: string | undefined
}

/** More names would not fit a message. */
const MAX_NAMES = 12

/**
 * Boot artifacts out of a root file system that has kernel and initial RAM disk in it, as Kairos's has. Nothing is
 * extracted: they are read out of the squashfs image when they are needed.
 *
 * @throws KairosError `artifacts/not-found` for one without them (says where it looked, and what is there);
 *   `artifacts/wrong-architecture`; `squashfs/*`, `input/*`, `aborted`
 */
export async function artifactsOfSquashfs(
  rootfs: ByteSource,
  options: SquashfsArtifactsOptions = {},
): Promise<RootArtifacts> {
  const { signal, description = rootfs.name } = options
  const rootFileSystem = squashfsRootFileSystem(await openSquashfs(rootfs, { signal }), { signal })
  const { kernel, initrd } = await findBootFiles(rootFileSystem)
  if (!kernel || !initrd) throw await notFound(rootFileSystem, { kernel, initrd }, description)
  const architecture = await kernelArchitecture(kernel, { signal })
  if (architecture !== undefined && options.architecture !== undefined && architecture !== options.architecture) {
    throw new KairosError(
      'artifacts/wrong-architecture',
      `${description}: a kernel for ${options.architecture} expected, one for ${architecture} found (${kernel.name}).`,
      { hint: 'The image says one architecture and holds another: build it for the machines that are to start.' },
    )
  }
  return {
    kernel,
    initrd,
    rootfs,
    architecture: architecture ?? options.architecture,
    description,
    rootFileSystem,
  }
}

async function notFound(
  rootFileSystem: RootFileSystem,
  found: { readonly kernel: ByteSource | undefined; readonly initrd: ByteSource | undefined },
  description: string,
): Promise<KairosError> {
  const missing = [
    ...(found.kernel ? [] : ['a kernel (/boot/kernel, /boot/vmlinuz*, /boot/Image*, /usr/lib/modules/*/vmlinuz)']),
    ...(found.initrd ? [] : ['an initial RAM disk (/boot/initrd*, /boot/initramfs*, /usr/lib/modules/*/initrd)']),
  ].join(' and ')
  const names = [...(await rootFileSystem.list('/boot'))].sort()
  const shown = names.slice(0, MAX_NAMES).join(', ') + (names.length > MAX_NAMES ? ', …' : '')
  const inBoot = names.length === 0 ? 'nothing is in /boot' : `in /boot there is ${shown}`
  return new KairosError('artifacts/not-found', `${description}: ${missing} expected, not found; ${inBoot}.`, {
    hint: 'Is it a Kairos image? Images for containers have no kernel: kairos-init makes one that starts machines.',
  })
}
