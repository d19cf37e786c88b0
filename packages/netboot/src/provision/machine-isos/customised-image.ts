import { type ByteSource, memorySource, type ReadOptions } from '../../bytes/index.js'
import {
  type AuthorEntry,
  directoryEntries,
  type NewEntry,
  type RemasteredImage,
  remaster,
} from '../../media/iso/index.js'
import { CLOUD_CONFIG_PATH } from '../../media/live-iso/index.js'

/** What an image gets in addition. */
export interface Additions {
  /** Becomes `/config.yaml`, which only root can read. */
  readonly cloudConfig?: string | undefined
  /** Directory of this machine whose files go into the root; the cloud config counts before one of the same name. */
  readonly overlay?: string | undefined
}

export interface CustomiseOptions extends ReadOptions {
  /** Name of the result, for messages. */
  readonly name: string
}

/**
 * An installation image with additions. Nothing is copied.
 *
 * @throws KairosError those of `remaster` and `directoryEntries`
 */
export async function customisedImage(
  base: ByteSource,
  { cloudConfig, overlay }: Additions,
  { name, signal }: CustomiseOptions,
): Promise<RemasteredImage> {
  const files = new Map<string, NewEntry>()
  if (overlay !== undefined) {
    for await (const entry of directoryEntries(overlay, { signal })) files.set(entry.path, newEntryOf(entry))
  }
  if (cloudConfig !== undefined) {
    files.set(CLOUD_CONFIG_PATH, { type: 'file', mode: 0o600, content: memorySource('config.yaml', cloudConfig) })
  }
  return remaster(base, { files, name, signal })
}

function newEntryOf(entry: AuthorEntry): NewEntry {
  const { mode } = entry
  if (entry.type === 'file') return { type: 'file', content: entry.source, mode }
  return entry.type === 'symlink' ? { type: 'symlink', target: entry.target } : { type: 'directory', mode }
}
