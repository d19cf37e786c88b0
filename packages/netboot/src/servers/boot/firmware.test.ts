import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fetchText, setUp } from './test-bed.js'

const MAC = [8, 0, 0x27, 0x54, 0x1a, 0xd1]

describe('a machine', () => {
  it.each([
    ['32-bit x86 UEFI', 6, 'ipxe-i386.efi', 'PXEClient'],
    ['arm64 UEFI', 11, 'ipxe-arm64.efi', 'PXEClient'],
    ['64-bit RISC-V UEFI', 27, 'ipxe-riscv64.efi', 'PXEClient'],
    ['32-bit x86 UEFI HTTP boot', 15, 'ipxe-i386.efi', 'HTTPClient'],
    ['64-bit RISC-V UEFI HTTP boot', 28, 'ipxe-riscv64.efi', 'HTTPClient'],
  ] as const)('of %s gets its own build', async (_name, architecture, file, client) => {
    const directory = await mkdtemp(join(tmpdir(), 'kairos-ipxe-'))
    try {
      await writeFile(join(directory, file), `build ${file}`)
      const bed = await setUp({ ipxe: { directory, systemDirectories: [], cacheDirectory: directory } })
      await bed.server.start()
      const { discover, tftp } = await bed.machine({ mac: MAC, architecture, client })
      const offered = `${await discover('firmware')}`
      const content = client === 'HTTPClient' ? await fetchText(offered) : (await tftp(offered)).content
      expect(`${content}`).toBe(`build ${file}`)
      await bed.close()
    } finally {
      await rm(directory, { recursive: true })
    }
  })
})
