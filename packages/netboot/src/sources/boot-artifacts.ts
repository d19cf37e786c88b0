import type { ByteSource } from '../bytes/byte-source.js'

/** What a machine needs to boot a system: from here on nobody asks where it came from. */
export interface BootArtifacts {
  readonly kernel: ByteSource
  readonly initrd: ByteSource
  /** The root file system, as a squashfs image. */
  readonly rootfs: ByteSource
  /** In Go's words: `amd64`, `arm64`, `riscv64`. `undefined` where nothing tells. */
  readonly architecture: string | undefined
  /** What system it is, for people: `kairos-ubuntu-24.04-core-amd64-generic-v3.7.2`. */
  readonly description: string
}
