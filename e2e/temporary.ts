import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ByteSource } from '../packages/netboot/src/bytes/byte-source.js'

/** A directory of its own for a test file. */
export async function temporaryDirectory(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'kairos-e2e-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** Writes all of a source to a file, in the simplest way there is. */
export async function writeSource(source: ByteSource, path: string): Promise<string> {
  await pipeline(Readable.from(source.read(0, source.size)), createWriteStream(path))
  return path
}
