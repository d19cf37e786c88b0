import type { OptionKind } from './option-kind.js'
import { decodeSubOptions, describeSubOptions, encodeSubOptions } from './sub-options.js'

/**
 * DHCP option 43, Vendor Specific Information (RFC 2132 section 8.4), in the form that PXE and most others give it:
 * options within the option, with padding (0) and an end (255). Which sub-options there are depends on option 60; those
 * of PXE are in the folder `pxe`.
 */
export const vendorSpecificInformation: OptionKind<ReadonlyMap<number, Uint8Array>> = {
  code: 43,
  name: 'vendor specific information',
  decode: (reader) => decodeSubOptions(reader, { padAndEnd: true }),
  encode: (values) => encodeSubOptions(values, { padAndEnd: true }),
  describe: describeSubOptions,
}
