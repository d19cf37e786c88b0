import { readText } from '@kairos-sdk/core'
import { authorIpxeIso, kairosIpxeScript, proxyDhcpScript } from '@kairos-sdk/netboot/ipxe'
import { ArgumentProblem } from '../../runtime/argument-problem.js'
import type { Context } from '../command.js'
import { checkOutput } from './check-output.js'
import { checkInputDirectory } from './open-image.js'
import { answerResult, OWNER_ONLY, PUBLIC, writeResult } from './write-result.js'

export interface IpxeArguments {
  readonly output: string
  readonly url: string | undefined
  readonly kernel: string | undefined
  readonly initrd: string | undefined
  readonly rootfs: string | undefined
  readonly config: string | undefined
  readonly cmdline: string | undefined
  /** File with a script. */
  readonly script: string | undefined
  readonly ipxeDir: string | undefined
  readonly checksum: boolean
}

/**
 * Makes a small image that starts iPXE with a script.
 *
 * @throws KairosError those of `kairosIpxeScript`, `authorIpxeIso` and `writeImage`
 */
export async function createIpxeImage(args: IpxeArguments, context: Context): Promise<void> {
  const { output, script, ipxeDir, checksum } = args
  const { reporter, signal } = context
  checkArguments(args)
  await checkOutput(output, script === undefined ? [] : [script], 'Name another file to write.')
  if (ipxeDir !== undefined) await checkInputDirectory(ipxeDir)
  const text = await scriptOf(args, context)
  const task = reporter.task({ message: 'Looking for iPXE' })
  try {
    const iso = await authorIpxeIso({ script: text, ipxeDirectory: ipxeDir, signal })
    // The script of a release or the generic one is known to everybody; the URL of a config may be a secret.
    const isSecret = args.config !== undefined || script !== undefined
    const mode = isSecret ? OWNER_ONLY : PUBLIC & ~process.umask()
    const result = await writeResult(iso, output, { mode, checksum, task }, context)
    for (const warning of iso.warnings) reporter.warn(warning)
    answerResult(result, { starts: iso.boots, warnings: iso.warnings }, context)
  } catch (error) {
    task.drop()
    throw error
  }
}

/** The options that make up the script of a release. */
const RELEASE = ['url', 'kernel', 'initrd', 'rootfs', 'config', 'cmdline'] as const

/** @throws ArgumentProblem */
function checkArguments(args: IpxeArguments): void {
  const given = RELEASE.filter((name) => args[name] !== undefined)
  const needed = RELEASE.slice(0, 4).filter((name) => args[name] === undefined)
  if (args.script !== undefined && given.length > 0) {
    throw new ArgumentProblem(
      `--script says all that iPXE does, so --${given[0]} would do nothing.`,
      `Leave out one of them.`,
    )
  }
  if (given.length > 0 && needed.length > 0) {
    throw new ArgumentProblem(
      `--${given[0]} needs ${needed.map((name) => `--${name}`).join(' and ')} too.`,
      'See the example in: auroraboot iso ipxe --help',
    )
  }
}

async function scriptOf(args: IpxeArguments, { signal }: Context): Promise<string> {
  if (args.script !== undefined) return readText(args.script, { signal })
  const { url, kernel, initrd, rootfs, config, cmdline } = args
  if (url === undefined || kernel === undefined || initrd === undefined || rootfs === undefined) {
    return proxyDhcpScript()
  }
  return kairosIpxeScript({ url, kernel, initrd, rootfs, config, cmdline })
}
