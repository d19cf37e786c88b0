import type { ByteSource } from '@kairos-sdk/netboot'
import { memorySource } from '@kairos-sdk/netboot'
import { type AuthorEntry, directoryEntries, type NewEntry } from '@kairos-sdk/netboot/iso'
import { CLOUD_CONFIG_PATH } from '@kairos-sdk/netboot/live-iso'
import { readCloudConfig } from '../../input/cloud-config-input.js'
import { ArgumentProblem } from '../../runtime/argument-problem.js'
import type { Context } from '../command.js'
import { openSource } from './open-image.js'
import { OWNER_ONLY } from './write-result.js'

/** What is to go into an image, as options say it. */
export interface NewFilesArguments {
  readonly cloudConfig: string | undefined
  readonly overlay: string | undefined
  /** `PATH=FILE` */
  readonly add: readonly string[]
}

/**
 * Opens what is to go into an image. Of several files for one path, the one that was named most closely counts: the cloud
 * config, then `--add`, then the overlay.
 *
 * @throws KairosError those of `readCloudConfig`, `openSource` and `directoryEntries`
 */
export async function newFiles(
  { cloudConfig, overlay, add }: NewFilesArguments,
  context: Context,
): Promise<Map<string, NewEntry>> {
  const files = new Map<string, NewEntry>()
  if (overlay !== undefined) {
    for await (const entry of directoryEntries(overlay, { signal: context.signal })) {
      files.set(entry.path, newEntryOf(entry))
    }
  }
  for (const { path, file } of add.map(parseAddition)) {
    files.set(path, { type: 'file', content: await openSource(file, context) })
  }
  if (cloudConfig !== undefined) {
    files.set(CLOUD_CONFIG_PATH, {
      type: 'file',
      mode: OWNER_ONLY,
      content: await cloudConfigSource(cloudConfig, context),
    })
  }
  return files
}

/**
 * A cloud config that was checked, for an image.
 *
 * @throws KairosError those of `readCloudConfig`
 */
export async function cloudConfigSource(location: string, context: Context): Promise<ByteSource> {
  const { text, check } = await readCloudConfig(location, context)
  for (const warning of check.warnings) context.reporter.warn(warning)
  return memorySource('config.yaml', text)
}

/**
 * The parts of `--add PATH=FILE`.
 *
 * @throws ArgumentProblem
 */
export function parseAddition(text: string): { readonly path: string; readonly file: string } {
  const split = text.indexOf('=')
  const path = text.slice(0, Math.max(split, 0))
  const file = text.slice(split + 1)
  if (split === -1 || path === '' || file === '') {
    throw new ArgumentProblem(
      `--add: PATH=FILE is expected, ${JSON.stringify(text)} found.`,
      'For example: --add /etc/banner=banner.txt',
    )
  }
  return { path: path.startsWith('/') ? path : `/${path}`, file }
}

function newEntryOf(entry: AuthorEntry): NewEntry {
  const { mode } = entry
  if (entry.type === 'file') return { type: 'file', content: entry.source, mode }
  return entry.type === 'symlink' ? { type: 'symlink', target: entry.target } : { type: 'directory', mode }
}
