import { KairosError } from '@kairos-sdk/core'
import type { ByteSource } from '@kairos-sdk/netboot'
import { directoryRootFileSystem, type GrubArchitecture } from '@kairos-sdk/netboot/grub'
import { type AuthorEntry, authorIso, directoryEntries } from '@kairos-sdk/netboot/iso'
import { CLOUD_CONFIG_PATH, type LiveIso, type LiveIsoOptions, LivePaths, liveIso } from '@kairos-sdk/netboot/live-iso'
import { findBootFiles } from '@kairos-sdk/netboot/sources'
import type { Context } from '../command.js'
import { checkOutput } from './check-output.js'
import { cloudConfigSource } from './new-files.js'
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
  if (args.boot) checkBootFiles(files)
  const task = reporter.task({ message: 'Collecting files' })
  try {
    const { image, starts, warnings } = await imageOf(args, files, { signal, onProgress: task.progress })
    for (const warning of warnings) reporter.warn(warning)
    const mode = cloudConfig === undefined ? PUBLIC & ~process.umask() : OWNER_ONLY
    const result = await writeResult(image, output, { mode, checksum, task }, context)
    if (cloudConfig !== undefined) reporter.note('Only you can read it, because the cloud config is inside.')
    answerResult(result, { label, starts, warnings }, context)
  } catch (error) {
    task.drop()
    throw error
  }
}

type Progress = Pick<LiveIsoOptions, 'signal' | 'onProgress'>

async function imageOf(args: CreateArguments, entries: readonly AuthorEntry[], progress: Progress): Promise<LiveIso> {
  const { output: name, label: volumeLabel, rootfs } = args
  if (!args.boot)
    return { image: await authorIso({ name, volumeLabel, entries, ...progress }), starts: [], warnings: [] }
  return liveIso({
    entries,
    ...progress,
    name,
    volumeLabel,
    arch: args.arch,
    extraCmdline: args.extendLiveCmdline,
    grubFrom: rootfs === undefined ? undefined : directoryRootFileSystem(rootfs),
    mustStartWith: (['bios', 'uefi'] as const).filter((machines) => args[machines]),
  })
}

/** What goes into the image, without what starts it. Single files take the place of those of the tree. */
async function filesOf(args: CreateArguments, context: Context): Promise<AuthorEntry[]> {
  const { signal } = context
  const { rootfs, cloudConfig } = args
  const boot = rootfs === undefined || !args.boot ? undefined : await findBootFiles(directoryRootFileSystem(rootfs))
  const open = async (path: string | undefined) => (path === undefined ? undefined : openSource(path, context))
  const config = cloudConfig === undefined ? undefined : await cloudConfigSource(cloudConfig, context)
  const file = (path: string, source: ByteSource | undefined, mode = 0o644): AuthorEntry[] =>
    source ? [{ path, type: 'file', mode, source }] : []
  const entries = [...file(LivePaths.kernel, boot?.kernel), ...file(LivePaths.initrd, boot?.initrd)]
  if (args.from !== undefined) for await (const entry of directoryEntries(args.from, { signal })) entries.push(entry)
  return [
    ...entries,
    ...file(LivePaths.kernel, await open(args.kernel)),
    ...file(LivePaths.initrd, await open(args.initrd)),
    ...file(LivePaths.rootfs, await open(args.squashfs)),
    ...file(CLOUD_CONFIG_PATH, config, OWNER_ONLY),
  ]
}

/** Before anything else is done, and with the options that help. */
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
