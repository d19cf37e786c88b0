import { createHash } from 'node:crypto'
import type { ByteSource, ReadOptions } from './byte-source.js'

/**
 * Reads a whole source and returns its digest in hexadecimal.
 *
 * @param algorithm - a name that node:crypto knows: `sha256`
 * @throws KairosError what the source throws
 */
export async function hashSource(source: ByteSource, algorithm: string, options: ReadOptions = {}): Promise<string> {
  const hash = createHash(algorithm)
  for await (const chunk of source.read(0, source.size, options)) hash.update(chunk)
  return hash.digest('hex')
}
