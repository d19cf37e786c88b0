/** What a machine's firmware can start, which decides the iPXE build it needs. */
export type Platform =
  | 'bios'
  | 'efi-ia32'
  | 'efi-x64'
  | 'efi-arm32'
  | 'efi-arm64'
  | 'efi-riscv32'
  | 'efi-riscv64'
  | 'efi-loongarch64'

export interface ArchitectureType {
  readonly name: string
  /** `undefined` for those that iPXE was never built for. */
  readonly platform: Platform | undefined
  /** How the firmware fetches its boot file. */
  readonly transport: 'tftp' | 'http'
}

/** Types of the registry that this toolkit treats by name. */
export const Architecture = {
  x86Bios: 0,
  efiIa32: 6,
  efiX64: 7,
  /** What many x64 firmwares say although they mean 7: RFC 4578 had the two the other way round. */
  efiByteCode: 9,
  efiArm32: 10,
  efiArm64: 11,
  efiIa32Http: 15,
  efiX64Http: 16,
  efiByteCodeHttp: 17,
  efiArm64Http: 19,
  efiRiscv64: 27,
  efiRiscv64Http: 28,
} as const

const tftp = (name: string, platform?: Platform): ArchitectureType => ({ name, platform, transport: 'tftp' })
const http = (name: string, platform?: Platform): ArchitectureType => ({ name, platform, transport: 'http' })

/** IANA "Processor Architecture Types" (RFC 5970 section 3.3), indexed by type. */
const ARCHITECTURE_TYPES: readonly ArchitectureType[] = [
  tftp('x86 BIOS', 'bios'),
  tftp('NEC/PC98'),
  tftp('Itanium'),
  tftp('DEC Alpha'),
  tftp('Arc x86'),
  tftp('Intel Lean Client'),
  tftp('x86 UEFI', 'efi-ia32'),
  tftp('x64 UEFI', 'efi-x64'),
  tftp('EFI Xscale'),
  tftp('EBC', 'efi-x64'),
  tftp('ARM 32-bit UEFI', 'efi-arm32'),
  tftp('ARM 64-bit UEFI', 'efi-arm64'),
  tftp('PowerPC Open Firmware'),
  tftp('PowerPC ePAPR'),
  tftp('POWER OPAL v3'),
  http('x86 UEFI HTTP boot', 'efi-ia32'),
  http('x64 UEFI HTTP boot', 'efi-x64'),
  http('EBC HTTP boot', 'efi-x64'),
  http('ARM 32-bit UEFI HTTP boot', 'efi-arm32'),
  http('ARM 64-bit UEFI HTTP boot', 'efi-arm64'),
  http('PC/AT BIOS HTTP boot', 'bios'),
  tftp('ARM 32-bit U-Boot'),
  tftp('ARM 64-bit U-Boot'),
  http('ARM 32-bit U-Boot HTTP boot'),
  http('ARM 64-bit U-Boot HTTP boot'),
  tftp('RISC-V 32-bit UEFI', 'efi-riscv32'),
  http('RISC-V 32-bit UEFI HTTP boot', 'efi-riscv32'),
  tftp('RISC-V 64-bit UEFI', 'efi-riscv64'),
  http('RISC-V 64-bit UEFI HTTP boot', 'efi-riscv64'),
  tftp('RISC-V 128-bit UEFI'),
  http('RISC-V 128-bit UEFI HTTP boot'),
  tftp('s390 Basic'),
  tftp('s390 Extended'),
  tftp('MIPS 32-bit UEFI'),
  tftp('MIPS 64-bit UEFI'),
  tftp('Sunway 32-bit UEFI'),
  tftp('Sunway 64-bit UEFI'),
  tftp('LoongArch 32-bit UEFI'),
  http('LoongArch 32-bit UEFI HTTP boot'),
  tftp('LoongArch 64-bit UEFI', 'efi-loongarch64'),
  http('LoongArch 64-bit UEFI HTTP boot', 'efi-loongarch64'),
  tftp('ARM rpiboot'),
]

/** What a type of client system architecture stands for; types that are not registered have a name of their number. */
export function architectureType(type: number): ArchitectureType {
  return ARCHITECTURE_TYPES[type] ?? tftp(`architecture ${type}`)
}
