import { type ByteSource, type ReadOptions, readFully } from '../../bytes/byte-source.js'

/** What a build of iPXE for UEFI can do, as far as it shows. */
export interface EfiBuildAbilities {
  /** It looks for `autoexec.ipxe` on the volume that it was started from. Builds from before 2021 do not. */
  readonly readsAutoexec: boolean
  /** It can load from `https:` URLs: Debian's can from version 13 on. */
  readonly https: boolean
}

/**
 * Looks for the traces of abilities in a build for UEFI. Unlike those for a BIOS they are not compressed: the names that
 * the program compares with stand in them as they are.
 */
export async function efiBuildAbilities(build: ByteSource, options: ReadOptions = {}): Promise<EfiBuildAbilities> {
  const bytes = Buffer.from(await readFully(build, 0, build.size, options))
  const script = 'autoexec.ipxe'
  return {
    readsAutoexec: bytes.includes(script, 0, 'latin1') || bytes.includes(Buffer.from(script, 'utf16le')),
    https: bytes.includes('\0https\0', 0, 'latin1'),
  }
}
