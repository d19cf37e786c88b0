import type { OptionKind } from './option-kind.js'
import { decodeSubOptions, describeSubOptions, encodeSubOptions } from './sub-options.js'

/** Sub-options of option 82 (RFC 3046 section 2.0, RFC 3527). */
export const RelaySubOption = { circuitId: 1, remoteId: 2, linkSelection: 5 } as const

/**
 * DHCP option 82, Relay Agent Information (RFC 3046): sub-options that a relay put in. A server gives it back unchanged,
 * as the last option; the relay finds the machine's port by it.
 */
export const relayAgentInformation: OptionKind<ReadonlyMap<number, Uint8Array>> = {
  code: 82,
  name: 'relay agent information',
  decode: (reader) => decodeSubOptions(reader, { padAndEnd: false }),
  encode: (values) => encodeSubOptions(values, { padAndEnd: false }),
  describe: describeSubOptions,
}
