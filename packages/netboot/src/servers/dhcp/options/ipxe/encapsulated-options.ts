import type { OptionKind } from '../option-kind.js'
import { decodeSubOptions, encodeSubOptions } from '../sub-options.js'

/** Sub-options of option 175 that a server may care about, by iPXE's names. */
export const IpxeOption = {
  priority: 0x01,
  keepSan: 0x08,
  skipSanBoot: 0x09,
  /** 1: do not wait for proxyDHCP servers. */
  noPxeDhcp: 0xb0,
  busId: 0xb1,
  biosDrive: 0xbd,
  version: 0xeb,
} as const

/** Sub-options by which iPXE tells what was compiled in; the value is the feature's version. */
export const IpxeFeature = {
  pxeExtensions: 0x10,
  iscsi: 0x11,
  aoe: 0x12,
  http: 0x13,
  https: 0x14,
  tftp: 0x15,
  ftp: 0x16,
  dns: 0x17,
  bzImage: 0x18,
  multiboot: 0x19,
  slam: 0x1a,
  srp: 0x1b,
  nbi: 0x20,
  pxe: 0x21,
  elf: 0x22,
  comboot: 0x23,
  efi: 0x24,
  fcoe: 0x25,
  vlan: 0x26,
  menu: 0x27,
  sdi: 0x28,
  nfs: 0x29,
} as const

const NAMES = new Map<number, string>(
  [...Object.entries(IpxeFeature), ...Object.entries(IpxeOption)].map(([name, code]) => [code, name]),
)

/**
 * DHCP option 175, iPXE's own options within an option (its `include/ipxe/dhcp.h` and `features.h`).
 *
 *     Offset  Size  Field
 *     0       1     code
 *     1       1     length
 *     2       n     value
 *     ...           further ones
 */
export const ipxeEncapsulatedOptions: OptionKind<ReadonlyMap<number, Uint8Array>> = {
  code: 175,
  name: 'iPXE encapsulated options',
  decode: (reader) => decodeSubOptions(reader, { padAndEnd: true }),
  // Written without an end, as iPXE does.
  encode: (values) => encodeSubOptions(values, { padAndEnd: false }),
  describe: (values) =>
    [...values].map(([code, value]) => `${NAMES.get(code) ?? code}=${Buffer.from(value).toString('hex')}`).join(' '),
}
