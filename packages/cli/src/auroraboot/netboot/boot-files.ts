import type { ByteSource } from '@kairos-sdk/netboot'
import { filesOfCmdline, type NetbootArtifacts } from '@kairos-sdk/netboot/boot'
import type { Context } from '../command.js'
import { openSource } from '../media/open-image.js'

export interface BootFilesArguments {
  readonly kernel: string
  readonly initrds: readonly string[]
  readonly cmdline: string
}

/**
 * Opens what a machine boots: files, or what URLs name, which is then passed on without being stored. Files that the
 * command line names by `{{ ID "…" }}` are served to machines, and no others.
 *
 * @throws KairosError `netboot/invalid-cmdline`, and those of `openSource`
 */
export async function openBootFiles(
  { kernel, initrds, cmdline }: BootFilesArguments,
  context: Context,
): Promise<NetbootArtifacts> {
  const files = new Map<string, ByteSource>()
  for (const { id } of filesOfCmdline(cmdline)) if (id !== undefined) files.set(id, await openSource(id, context))
  return {
    kernel: await openSource(kernel, context),
    initrds: await Promise.all(initrds.map((initrd) => openSource(initrd, context))),
    files,
  }
}
