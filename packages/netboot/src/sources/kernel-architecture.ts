import { type ByteSource, type ReadOptions, readFully } from '../bytes/byte-source.js'

/** COFF machine types (PE format, "Machine Types"), in Go's words. */
const MACHINES: Readonly<Record<number, string>> = {
  332: '386',
  34404: 'amd64',
  43620: 'arm64',
  450: 'arm',
  20580: 'riscv64',
  25188: 'loong64',
}

/** Where the parts of the header are that kernels have. */
const HEAD_BYTES = 64
const MZ = 0x5a4d
const PE_OFFSET = 0x3c
const PE_SIGNATURE = 0x00004550

/**
 * The architecture that a Linux kernel is for. Kernels are EFI programs too, and say it in the header of those; one that
 * is compressed as a whole does not.
 *
 *     Offset  Size  Field
 *     0       2     'MZ'
 *     60      4     offset of the PE header, little-endian
 *     PE+0    4     'PE\0\0'
 *     PE+4    2     machine type, little-endian
 */
export async function kernelArchitecture(kernel: ByteSource, options: ReadOptions = {}): Promise<string | undefined> {
  if (kernel.size < HEAD_BYTES) return undefined
  const head = await readFully(kernel, 0, HEAD_BYTES, options)
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const at = view.getUint32(PE_OFFSET, true)
  if (view.getUint16(0, true) !== MZ || at + 6 > kernel.size) return undefined
  const header = await readFully(kernel, at, 6, options)
  const pe = new DataView(header.buffer, header.byteOffset, header.byteLength)
  return pe.getUint32(0, true) === PE_SIGNATURE ? MACHINES[pe.getUint16(4, true)] : undefined
}
