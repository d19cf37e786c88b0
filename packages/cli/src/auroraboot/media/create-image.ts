import { KairosError } from '@kairos-sdk/core'
import type { ByteSource } from '@kairos-sdk/netboot'
import {
  directoryRootFileSystem,
  findGrub,
  GRUB_CONFIG_PATH,
  type GrubArchitecture,
  type GrubBoot,
  grubBoot,
  liveGrubConfig,
} from '@kairos-sdk/netboot/grub'
import { type AuthorEntry, authorIso, directoryEntries } from '@kairos-sdk/netboot/iso'
import { findBootFiles } from '@kairos-sdk/netboot/sources'
import type { Context } from '../command.js'
import { checkOutput } from './check-output.js'
import { LivePaths } from './live-paths.js'
import { CONFIG_PATH, cloudConfigSource } from './new-files.js'
import { checkInputDirectory, openSource } from './open-image.js'
import { answerResult, OWNER_ONLY, PUBLIC, writeResult } from './write-result.js'

export interface CreateArguments {
  readonly output: string
  readonly from: string | undefined
  readonly kernel: string | undefined
  readonly initrd: string | undefined
  readonly squashfs: string | undefined
  /** Directory of an unpacked root file system. */
  readonly rootfs: string | undefined
  readonly cloudConfig: string | undefined
  readonly label: string
  readonly arch: GrubArchitecture
  readonly extendLiveCmdline: string | undefined
  /** Fail when it would not start with these. */
  readonly bios: boolean
  readonly uefi: boolean
  /** False: the files only. */
  readonly boot: boolean
  readonly checksum: boolean
}

/**
 * Makes an image of a tree and single files, which starts a Kairos live system.
 *
 * @throws KairosError those of `findGrub`, `authorIso` and `writeImage`
 */
export async function createImage(args: CreateArguments, context: Context): Promise<void> {
  const { output, label, cloudConfig, checksum } = args
  const { reporter, signal } = context
  const { from, kernel, initrd, squashfs, rootfs } = args
  const inputs = [from, kernel, initrd, squashfs, rootfs, cloudConfig].filter((path) => path !== undefined)
  await checkOutput(output, inputs, 'Name another file to write.')
  if (rootfs !== undefined) await checkInputDirectory(rootfs)
  const files = await filesOf(args, context)
  const task = reporter.task({ message: 'Collecting files' })
  try {
    const boot = args.boot ? await bootOf(args, files, context) : undefined
    const iso = await authorIso({
      name: output,
      volumeLabel: label,
      bios: boot?.bios,
      uefi: boot?.uefi,
      entries: boot ? withBoot(files, boot, args.extendLiveCmdline !== undefined) : files,
      signal,
      onProgress: ({ phase, message }) => task.progress({ phase, message }),
    })
    const mode = cloudConfig === undefined ? PUBLIC & ~process.umask() : OWNER_ONLY
    const result = await writeResult(iso, output, { mode, checksum, task }, context)
    if (cloudConfig !== undefined) reporter.note('Only you can read it, because the cloud config is inside.')
    const starts = [boot?.bios && 'bios', boot?.uefi && 'uefi'].filter(Boolean)
    answerResult(result, { label, starts, warnings: boot?.warnings ?? [] }, context)
  } catch (error) {
    task.drop()
    throw error
  }
}

/** What goes into the image, without what starts it. Single files take the place of those of the tree. */
async function filesOf(args: CreateArguments, context: Context): Promise<AuthorEntry[]> {
  const { signal } = context
  const fromRootfs =
    args.rootfs === undefined || !args.boot ? undefined : await findBootFiles(directoryRootFileSystem(args.rootfs))
  const open = async (path: string | undefined) => (path === undefined ? undefined : openSource(path, context))
  const given: [string, ByteSource | undefined, number][] = [
    [LivePaths.kernel, await open(args.kernel), 0o644],
    [LivePaths.initrd, await open(args.initrd), 0o644],
    [LivePaths.rootfs, await open(args.squashfs), 0o644],
    [
      CONFIG_PATH,
      args.cloudConfig === undefined ? undefined : await cloudConfigSource(args.cloudConfig, context),
      OWNER_ONLY,
    ],
  ]
  const entries: AuthorEntry[] = []
  const put = (path: string, source: ByteSource | undefined, mode: number) => {
    if (source) entries.push({ path, type: 'file', mode, source })
  }
  put(LivePaths.kernel, fromRootfs?.kernel, 0o644)
  put(LivePaths.initrd, fromRootfs?.initrd, 0o644)
  if (args.from !== undefined) for await (const entry of directoryEntries(args.from, { signal })) entries.push(entry)
  for (const [path, source, mode] of given) put(path, source, mode)
  return entries
}

async function bootOf(
  { arch, label, rootfs, extendLiveCmdline, bios, uefi }: CreateArguments,
  files: readonly AuthorEntry[],
  { reporter, signal }: Context,
): Promise<GrubBoot & { readonly warnings: readonly string[] }> {
  checkBootFiles(files)
  const grub = await findGrub({
    arch,
    rootfs: rootfs === undefined ? undefined : directoryRootFileSystem(rootfs),
    volumeLabel: label,
    signal,
  })
  for (const [wanted, found, machines] of [
    [bios, grub.bios, 'a BIOS'],
    [uefi, grub.uefi, 'UEFI'],
  ] as const) {
    if (!wanted || found) continue
    throw new KairosError('grub/not-found', `GRUB for machines with ${machines} expected, none found.`, {
      hint: grub.warnings[0],
    })
  }
  for (const warning of grub.warnings) reporter.warn(warning)
  const config = liveGrubConfig({
    volumeLabel: label,
    arch,
    ...(extendLiveCmdline !== undefined && { extraCmdline: extendLiveCmdline }),
  })
  return { ...grubBoot({ grub, config, volumeLabel: label }), warnings: grub.warnings }
}

/** A menu whose entries lead to nothing would be found out in front of the machine only. */
function checkBootFiles(files: readonly AuthorEntry[]): void {
  const paths = new Set(files.map(({ path }) => path))
  const missing = (['kernel', 'initrd'] as const).filter((name) => !paths.has(LivePaths[name]))
  if (missing.length === 0) return
  throw new KairosError(
    'input/not-found',
    `${missing.map((name) => LivePaths[name]).join(' and ')} expected among the files, not found.`,
    {
      hint: `Name ${missing.length === 1 ? 'it' : 'them'} with ${missing.map((name) => `--${name}`).join(' and ')}, or use --no-boot for an image with the files only.`,
    },
  )
}

/** A menu of the tree stays, unless ours says something that was asked for. The boot images are always ours. */
function withBoot(files: readonly AuthorEntry[], boot: GrubBoot, ourMenu: boolean): AuthorEntry[] {
  const menu = boot.entries.filter(({ path }) => path === GRUB_CONFIG_PATH)
  const images = boot.entries.filter(({ path }) => path !== GRUB_CONFIG_PATH)
  return ourMenu ? [...files, ...menu, ...images] : [...menu, ...files, ...images]
}
