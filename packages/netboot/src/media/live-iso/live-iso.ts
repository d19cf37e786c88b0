import { KairosError, type OperationOptions } from '@kairos-sdk/core'
import type { ByteSource } from '../../bytes/byte-source.js'
import type { OverlaySource } from '../../bytes/overlay-source.js'
import type { RootFileSystem } from '../../file-system/root-file-system.js'
import {
  findGrub,
  GRUB_CONFIG_PATH,
  type GrubArchitecture,
  type GrubBoot,
  type GrubHost,
  type GrubImages,
  grubBoot,
  liveGrubConfig,
} from '../grub/index.js'
import { type AuthorEntry, type AuthorIsoProgress, authorIso } from '../iso/author/index.js'
import { CLOUD_CONFIG_PATH, LivePaths } from './live-paths.js'

export interface LiveIsoOptions extends OperationOptions<AuthorIsoProgress> {
  readonly kernel?: ByteSource | undefined
  readonly initrd?: ByteSource | undefined
  /** A squashfs image. */
  readonly rootfs?: ByteSource | undefined
  /** Becomes `/config.yaml`, which only root can read in the live system. */
  readonly cloudConfig?: ByteSource | undefined
  /**
   * Further files, also instead of the ones above: those take the place of what lies here under their names. A menu among them
   * stays, unless `extraCmdline` or `consoleCmdline` ask for another.
   */
  readonly entries?: readonly AuthorEntry[] | undefined
  /** Laid over all of it, GRUB's files and menu too. */
  readonly overlay?: readonly AuthorEntry[] | undefined
  /** Architecture of the machines that are to start. Default `amd64`. */
  readonly arch?: GrubArchitecture | undefined
  /** Kernel arguments added to each entry of the menu. Default none. */
  readonly extraCmdline?: string | undefined
  /** Console arguments of each entry. Default `console=ttyS0 console=tty1`. */
  readonly consoleCmdline?: string | undefined
  /** Label of the volume, by which the live system finds it. Default `COS_LIVE`. */
  readonly volumeLabel?: string | undefined
  /** Where GRUB is looked for first: the root file system. */
  readonly grubFrom?: RootFileSystem | undefined
  /** This machine's GRUB, for what `grubFrom` lacks. `false`: do not use it. */
  readonly grubHost?: GrubHost | false | undefined
  /** Fail when the medium would not start on machines with these. Default: one of them is enough, a warning tells. */
  readonly mustStartWith?: readonly ('bios' | 'uefi')[] | undefined
  /** Date of the image, see the environment variable `SOURCE_DATE_EPOCH`. Default: that, else now. */
  readonly date?: Date | undefined
  /** For messages. Default `kairos.iso`. */
  readonly name?: string | undefined
}

export interface LiveIso {
  /** Reads its contents from the sources when it is read itself. */
  readonly image: OverlaySource
  /** What kinds of machines it starts on. */
  readonly starts: readonly ('bios' | 'uefi')[]
  /** What it cannot do, and how to change that; sentences for people. */
  readonly warnings: readonly string[]
}

const MACHINES = { bios: 'a BIOS', uefi: 'UEFI' } as const

/**
 * Describes an installation medium of Kairos: GRUB with Kairos's menu for BIOS and UEFI, from CD or USB stick, which starts
 * `/boot/kernel` with `/boot/initrd`, whose root file system is `/rootfs.squashfs`.
 *
 * @throws KairosError `input/not-found` when kernel or initial RAM disk are missing; those of `findGrub`, `liveGrubConfig`
 *   and `authorIso`
 */
export async function liveIso(options: LiveIsoOptions): Promise<LiveIso> {
  const { arch = 'amd64', volumeLabel = 'COS_LIVE', signal, name = 'kairos.iso', date } = options
  const files = filesOf(options)
  checkBootFiles(files, name)
  const grub = await findGrub({
    arch,
    rootfs: options.grubFrom,
    ...(options.grubHost !== undefined && { host: options.grubHost }),
    volumeLabel,
    signal,
  })
  checkStarts(grub, options.mustStartWith ?? [])
  const { extraCmdline, consoleCmdline } = options
  const config = liveGrubConfig({
    volumeLabel,
    arch,
    ...(extraCmdline !== undefined && { extraCmdline }),
    ...(consoleCmdline !== undefined && { consoleCmdline }),
  })
  const boot = grubBoot({ grub, config, volumeLabel, ...(date && { date }) })
  const ourMenu = extraCmdline !== undefined || consoleCmdline !== undefined
  const image = await authorIso({
    name,
    volumeLabel,
    bios: boot.bios,
    uefi: boot.uefi,
    entries: [...withBoot(files, boot, ourMenu), ...(options.overlay ?? [])],
    ...(date && { date }),
    signal,
    onProgress: options.onProgress,
  })
  const starts = (['bios', 'uefi'] as const).filter((machines) => grub[machines])
  return { image, starts, warnings: grub.warnings }
}

/** Single files take the place of those of the tree: `authorIso` takes the last of several with one path. */
function filesOf({ kernel, initrd, rootfs, cloudConfig, entries = [] }: LiveIsoOptions): AuthorEntry[] {
  const file = (path: string, source: ByteSource | undefined, mode: number): AuthorEntry[] =>
    source ? [{ path, type: 'file', mode, source }] : []
  return [
    ...entries,
    ...file(LivePaths.kernel, kernel, 0o644),
    ...file(LivePaths.initrd, initrd, 0o644),
    ...file(LivePaths.rootfs, rootfs, 0o644),
    ...file(CLOUD_CONFIG_PATH, cloudConfig, 0o600),
  ]
}

/** A menu whose entries lead to nothing would be found out in front of the machine only. */
function checkBootFiles(files: readonly AuthorEntry[], name: string): void {
  const paths = new Set(files.map(({ path }) => `/${path.replace(/^\/+/, '')}`))
  const missing = [LivePaths.kernel, LivePaths.initrd].filter((path) => !paths.has(path))
  if (missing.length === 0) return
  throw new KairosError('input/not-found', `${name}: ${missing.join(' and ')} expected among the files, not found.`, {
    hint: 'A live system starts from a kernel and an initial RAM disk: name files for them, or a root file system that has them in /boot.',
  })
}

function checkStarts(grub: GrubImages, mustStartWith: readonly ('bios' | 'uefi')[]): void {
  const missing = mustStartWith.find((machines) => !grub[machines])
  if (!missing) return
  throw new KairosError('grub/not-found', `GRUB for machines with ${MACHINES[missing]} expected, none found.`, {
    hint: grub.warnings[0],
  })
}

/** A menu of the tree stays, unless ours says something that was asked for. The boot images are always ours. */
function withBoot(files: readonly AuthorEntry[], boot: GrubBoot, ourMenu: boolean): AuthorEntry[] {
  const menu = boot.entries.filter(({ path }) => path === GRUB_CONFIG_PATH)
  const images = boot.entries.filter(({ path }) => path !== GRUB_CONFIG_PATH)
  return ourMenu ? [...files, ...menu, ...images] : [...menu, ...files, ...images]
}
