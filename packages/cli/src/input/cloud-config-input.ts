import { type CloudConfigCheck, checkCloudConfig, describeLocation, readText } from '@kairos-sdk/core'
import type { CommandContext } from '../runtime/command.js'

export interface CloudConfigInput {
  readonly text: string
  /** What it is called in messages. */
  readonly name: string
  readonly check: CloudConfigCheck
}

/**
 * Reads and checks a cloud config.
 *
 * @param location - a path, URL, or `-` for standard input
 * @throws KairosError those of `readText` and `checkCloudConfig`
 */
export async function readCloudConfig(
  location: string,
  { io, reporter, signal }: Pick<CommandContext<unknown>, 'io' | 'reporter' | 'signal'>,
): Promise<CloudConfigInput> {
  reporter.debug(`Reading ${describeLocation(location)}`)
  if (location !== '-') return checkText(await readText(location, { signal }), describeLocation(location))
  if (io.stdin.isTTY) reporter.note('Type or paste the cloud config, then end it with Ctrl-D on a line of its own.')
  return checkText(await readText('-', { signal, stdin: io.stdin }), describeLocation('-'))
}

function checkText(text: string, name: string): CloudConfigInput {
  return { text, name, check: checkCloudConfig(text, name) }
}
