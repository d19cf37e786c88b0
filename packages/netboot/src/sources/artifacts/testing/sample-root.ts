import type { FileSystemEntry } from '../../../file-system/entry.js'
import type { RootSource } from '../../root-source/index.js'

const MACHINES = { amd64: 0x8664, arm64: 0xaa64, riscv64: 0x5064 } as const

/** As much of a kernel as says for which machines it is. */
export function sampleKernel(architecture: keyof typeof MACHINES = 'amd64'): Uint8Array {
  const kernel = Buffer.alloc(4096, 'kernel')
  kernel.write('MZ', 0)
  kernel.writeUInt32LE(128, 0x3c)
  kernel.write('PE\0\0', 128)
  kernel.writeUInt16LE(MACHINES[architecture], 132)
  return kernel
}

/** A file whose content can be read once, as that of a layer. */
export function streamedFile(path: string, content: Uint8Array | string = path, more: object = {}): FileSystemEntry {
  const bytes = Buffer.from(content)
  const chunks = (async function* () {
    yield bytes
  })()
  return { type: 'file', path, source: { size: bytes.length, chunks }, mtime: new Date('2024-05-06'), ...more }
}

export function sampleEntries(kernel: Uint8Array = sampleKernel()): FileSystemEntry[] {
  return [
    streamedFile('/boot/vmlinuz-6.9.1', kernel),
    streamedFile('/boot/initrd-6.9.1', 'initrd '.repeat(1000)),
    { type: 'symlink', path: '/boot/vmlinuz', target: 'vmlinuz-6.9.1' },
    { type: 'symlink', path: '/boot/initrd', target: 'initrd-6.9.1' },
    { type: 'symlink', path: '/lib', target: 'usr/lib' },
    streamedFile('/usr/lib/os-release', 'NAME=sample\n'),
    streamedFile('/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi', 'grub'),
    { type: 'directory', path: '/', mode: 0o755 },
  ]
}

export function sampleRoot(
  entries: () => FileSystemEntry[] = sampleEntries,
  more: Partial<RootSource> = {},
): RootSource {
  return {
    name: 'sample:1',
    architecture: 'amd64',
    date: new Date('2024-05-06T07:08:10Z'),
    async *entries() {
      yield* entries()
    },
    async [Symbol.asyncDispose]() {},
    ...more,
  }
}
