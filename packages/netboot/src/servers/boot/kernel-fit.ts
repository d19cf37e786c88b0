import { constants, gunzipSync } from 'node:zlib'
import { KairosError } from '@kairos-sdk/core'
import { type ByteSource, readFully } from '../../bytes/byte-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import { kernelArchitecture } from '../../sources/kernel-architecture.js'
import { architectureType, type Platform } from '../dhcp/architecture.js'
import type { Machine } from '../dhcp/machine.js'
import type { NetbootArtifacts } from './netboot-init.js'

/** Firmware with 32 bits is found on processors with 64, and the kernel of 32 bits runs on both. */
const PC: readonly Platform[] = ['bios', 'efi-x64', 'efi-ia32']

/** Who may run a kernel, by its architecture in Go's words. */
const PLATFORMS: Readonly<Record<string, readonly Platform[]>> = {
  amd64: PC,
  '386': PC,
  arm64: ['efi-arm64'],
  arm: ['efi-arm32'],
  riscv64: ['efi-riscv64'],
  loong64: ['efi-loongarch64'],
}

/** Of a compressed kernel more is not looked at: it has its header in front. */
const COMPRESSED_HEAD_BYTES = 4_096

/** Knows who can run which kernel. */
export interface KernelFit {
  /** Looks at a kernel before anybody asks for it. */
  look(artifacts: NetbootArtifacts): Promise<void>
  /**
   * Says why a machine cannot run what it would boot: by the script it would try for long and restart in the end, instead of
   * going on to its disk. `undefined` when it can, or when nobody knows, as of a kernel that cannot be read now.
   */
  whyNot(machine: Machine, artifacts: NetbootArtifacts): Promise<KairosError | undefined>
}

export function createKernelFit(): KernelFit {
  const known = new WeakMap<ByteSource, Promise<string | undefined>>()
  const readOnce = (kernel: ByteSource) => {
    const reading =
      known.get(kernel) ??
      readArchitecture(kernel).catch(() => {
        // It may be readable another time. Whether it is there at all is for others to tell.
        known.delete(kernel)
        return undefined
      })
    known.set(kernel, reading)
    return reading
  }
  // The kernel first: what else is known of it may be no more than what was asked for.
  const architectureOf = async ({ kernel, architecture }: NetbootArtifacts) => (await readOnce(kernel)) ?? architecture

  async function whyNot({ architectures }: Machine, artifacts: NetbootArtifacts): Promise<KairosError | undefined> {
    const architecture = await architectureOf(artifacts)
    const platforms = architecture === undefined ? undefined : PLATFORMS[architecture]
    const types = architectures.map(architectureType).filter(({ platform }) => platform !== undefined)
    if (!platforms || types.length === 0) return undefined
    if (types.some(({ platform }) => platform && platforms.includes(platform))) return undefined
    const names = types.map(({ name }) => name).join(', ')
    const message = `A kernel for ${names} machines expected, one for ${architecture} found.`
    return new KairosError('netboot/other-architecture', message, {
      hint: 'Machines of this architecture are left alone. Give them a system of their own, or boot them by another server.',
    })
  }

  return {
    async look(artifacts) {
      await architectureOf(artifacts)
    },
    whyNot,
  }
}

/** Kernels for arm64 and riscv64 are often compressed as a whole, and iPXE unpacks them. */
async function readArchitecture(kernel: ByteSource): Promise<string | undefined> {
  const found = await kernelArchitecture(kernel)
  if (found !== undefined) return found
  const head = await readFully(kernel, 0, Math.min(COMPRESSED_HEAD_BYTES, kernel.size))
  if (head[0] !== 0x1f || head[1] !== 0x8b) return undefined
  try {
    const image = gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH })
    return await kernelArchitecture(memorySource(kernel.name, image))
  } catch {
    // Whether it is damaged is for others to tell.
    return undefined
  }
}
