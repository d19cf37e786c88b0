import { randomFillSync } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ByteSource } from '../../bytes/byte-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import type { Machine } from '../dhcp/machine.js'
import { createKernelFit } from './kernel-fit.js'
import { kernelImageFor } from './test-bed.js'

const kernel = memorySource('kernel', new Uint8Array(100))
const machine = (...architectures: number[]): Machine => ({
  ...{ mac: '08:00:27:54:1a:d1', uuid: undefined, transport: 'tftp', step: 'firmware', ipxe: false },
  ...{ architectures, vendorClass: undefined, userClasses: [] },
})
const [BIOS, IA32, X64, EBC, ARM32, ARM64, X64_HTTP, ARM64_HTTP, RISCV64, LOONGARCH64, POWER] = [
  ...[0, 6, 7, 9, 10, 11, 16, 19, 27, 39, 14],
] as const

describe('a kernel', () => {
  it.each<[string | undefined, number[], number[]]>([
    ['amd64', [BIOS, IA32, X64, EBC, X64_HTTP, POWER], [ARM32, ARM64, ARM64_HTTP, RISCV64, LOONGARCH64]],
    ['386', [BIOS, IA32, X64], [ARM32, ARM64, RISCV64]],
    ['arm64', [ARM64, ARM64_HTTP], [BIOS, IA32, X64, EBC, X64_HTTP, ARM32, RISCV64]],
    ['riscv64', [RISCV64], [BIOS, X64, ARM64]],
    ['loong64', [LOONGARCH64], [BIOS, ARM64]],
    ['vax', [BIOS, ARM64, RISCV64], []],
    [undefined, [BIOS, ARM64, RISCV64], []],
  ])('for %s', async (architecture, able, unable) => {
    const fit = createKernelFit().whyNot
    const artifacts = { kernel, initrds: [], architecture }
    for (const type of able) expect([type, await fit(machine(type), artifacts)]).toEqual([type, undefined])
    for (const type of unable) {
      expect(await fit(machine(type), artifacts)).toMatchObject({ code: 'netboot/other-architecture' })
    }
  })

  it('fits a machine of which one architecture fits', async () => {
    const fit = createKernelFit().whyNot
    const artifacts = { kernel, initrds: [], architecture: 'amd64' }
    expect(await fit(machine(ARM64, X64), artifacts)).toBeUndefined()
    expect(await fit(machine(ARM64, RISCV64), artifacts)).toMatchObject({
      message: 'A kernel for ARM 64-bit UEFI, RISC-V 64-bit UEFI machines expected, one for amd64 found.',
    })
  })

  it('is known though it is compressed, and never by what is no gzip', async () => {
    const image = kernelImageFor(0xaa64)
    // What does not compress, as in a real one.
    randomFillSync(image, 0x200)
    const whole = gzipSync(image)
    const fit = async (bytes: Uint8Array) =>
      createKernelFit().whyNot(machine(BIOS), { kernel: memorySource('k', bytes), initrds: [] })
    expect((await fit(whole))?.message).toContain('one for arm64 found')
    for (const length of [0, 1, 2, 10, 20]) expect(await fit(whole.subarray(0, length))).toBeUndefined()
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (noise) => {
        expect(await fit(Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), noise]))).toBeUndefined()
      }),
    )
  })

  it('is looked at once, and again when that has failed', async () => {
    let reads = 0
    const flaky: ByteSource = {
      ...kernel,
      read(...args) {
        if (reads++ === 0) throw new Error('gone')
        return kernel.read(...args)
      },
    }
    const fit = createKernelFit()
    const artifacts = { kernel: flaky, initrds: [] }
    // Meanwhile nobody knows, and nobody goes without.
    expect(await fit.whyNot(machine(BIOS), artifacts)).toBeUndefined()
    await fit.look(artifacts)
    const before = reads
    expect(before).toBeGreaterThan(1)
    await fit.whyNot(machine(ARM64), artifacts)
    expect(reads).toBe(before)
  })

  it('says itself what it is for, whatever was asked for', async () => {
    const arm64 = memorySource('k', gzipSync(kernelImageFor(0xaa64)))
    const fit = (type: number) =>
      createKernelFit().whyNot(machine(type), { kernel: arm64, initrds: [], architecture: 'amd64' })
    expect(await fit(ARM64)).toBeUndefined()
    expect((await fit(X64))?.message).toContain('one for arm64 found')
  })
})
