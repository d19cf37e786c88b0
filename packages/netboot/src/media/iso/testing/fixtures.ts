import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { type ByteSource, readFully } from '../../../bytes/byte-source.js'
import { memorySource } from '../../../bytes/memory-source.js'
import type { IsoImage } from '../iso-image.js'

export const FIXTURES = [
  'xorriso-rock-ridge',
  'genisoimage-rock-ridge',
  'genisoimage-joliet',
  'xorriso-appended-esp',
  'xorriso-partition-offset',
  'xorriso-isohybrid',
  'xorriso-hfsplus',
  'xorriso-sessions',
  'genisoimage-sessions',
] as const

export type Fixture = (typeof FIXTURES)[number]

const cache = new Map<Fixture, Uint8Array>()

/** The bytes of an image in fixtures/; a new copy each time. */
export async function fixtureBytes(name: Fixture): Promise<Uint8Array> {
  let bytes = cache.get(name)
  if (!bytes) {
    bytes = gunzipSync(await readFile(fileURLToPath(new URL(`../fixtures/${name}.iso.gz`, import.meta.url))))
    cache.set(name, bytes)
  }
  return Uint8Array.from(bytes)
}

export async function fixture(name: Fixture): Promise<ByteSource> {
  return memorySource(`${name}.iso`, await fixtureBytes(name))
}

/** Everything in an image: path to content, `-> target` or `directory`. */
export async function contentOf(image: IsoImage): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for await (const { path, type, target } of image.walk()) {
    if (type === 'symlink') found.set(path, `-> ${target}`)
    else if (type !== 'file') found.set(path, type)
    else found.set(path, await textOf(await image.open(path)))
  }
  return found
}

/** All of a source as Latin-1 text. */
export async function textOf(source: ByteSource): Promise<string> {
  return Buffer.from(await readFully(source, 0, source.size)).toString('latin1')
}
