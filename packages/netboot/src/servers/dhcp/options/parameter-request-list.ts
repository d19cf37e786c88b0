import type { OptionKind } from './option-kind.js'

/**
 * DHCP option 55, Parameter Request List (RFC 2132 section 9.8): the options that the client would like.
 *
 *     Offset  Size  Field
 *     0       1     code
 *     1       1     ... further ones, in the order of preference
 */
export const parameterRequestList: OptionKind<number[]> = {
  code: 55,
  name: 'parameter request list',
  decode(reader) {
    const codes = [reader.uint8('code')]
    while (reader.remaining > 0) codes.push(reader.uint8('code'))
    return codes
  },
  encode: (codes) => Uint8Array.from(codes),
  describe: (codes) => codes.join(','),
}
