import { open } from 'node:fs/promises'

/** Makes a new name in a directory last through a power cut, where the platform knows how. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined)
  // Windows opens no directories, and some network file systems sync none; the name is safe enough there.
  await directory?.sync().catch(() => undefined)
  await directory?.close()
}
