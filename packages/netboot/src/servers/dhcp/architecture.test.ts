import { describe, expect, it } from 'vitest'
import { Architecture, architectureType } from './architecture.js'

describe('architectureType', () => {
  it("has IANA's numbers", () => {
    expect(architectureType(0)).toEqual({ name: 'x86 BIOS', platform: 'bios', transport: 'tftp' })
    expect(architectureType(11)).toEqual({ name: 'ARM 64-bit UEFI', platform: 'efi-arm64', transport: 'tftp' })
    expect(architectureType(19)).toMatchObject({ name: 'ARM 64-bit UEFI HTTP boot', transport: 'http' })
    expect(architectureType(27)).toMatchObject({ name: 'RISC-V 64-bit UEFI', platform: 'efi-riscv64' })
    expect(architectureType(39).name).toBe('LoongArch 64-bit UEFI')
    expect(architectureType(41).name).toBe('ARM rpiboot')
  })

  it('takes 7 and 9 both for x64, as firmwares mix them up', () => {
    expect(architectureType(Architecture.efiX64).platform).toBe('efi-x64')
    expect(architectureType(Architecture.efiByteCode).platform).toBe('efi-x64')
  })

  it('names what nobody registered', () => {
    expect(architectureType(999)).toEqual({ name: 'architecture 999', platform: undefined, transport: 'tftp' })
  })
})
