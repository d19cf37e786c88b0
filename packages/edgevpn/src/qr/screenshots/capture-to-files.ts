import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Lets `capture` write pictures to `count` files and reads those that it wrote. A screenshot holds a secret: the files
 * lie in a directory of their own that only this user can enter, exist with mode 0600 before anything is written to
 * them, and are gone when this returns or throws.
 */
export async function captureToFiles(
  count: number,
  capture: (paths: readonly string[]) => Promise<void>,
): Promise<Uint8Array[]> {
  const directory = await mkdtemp(join(tmpdir(), 'kairos-screenshot-'))
  try {
    const paths = Array.from({ length: count }, (_, number) => join(directory, `${number + 1}.png`))
    for (const path of paths) await writeFile(path, '', { mode: 0o600 })
    await capture(paths)
    const pictures: Uint8Array[] = []
    for (const path of paths) pictures.push(await readFile(path))
    return pictures.filter((picture) => picture.length > 0)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
