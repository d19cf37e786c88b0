import { ByteWriter } from '../../../../bytes/writer.js'
import type { OptionKind } from '../option-kind.js'

/** Bits of {@link discoveryControl}. */
export const DiscoveryControl = {
  noBroadcast: 1,
  noMulticast: 2,
  /** Only boot servers that the list names. */
  listedServersOnly: 4,
  /** Neither menu nor discovery: the boot file of this offer, at once. */
  useBootFile: 8,
} as const

/**
 * Sub-option 6 of option 43, PXE_DISCOVERY_CONTROL (PXE 2.1 table 2-1).
 *
 *     Offset  Size  Field
 *     0       1     bits
 */
export const discoveryControl: OptionKind<number> = {
  code: 6,
  name: 'PXE discovery control',
  decode: (reader) => reader.uint8('bits'),
  encode: (bits) => new ByteWriter(1, 'PXE discovery control').uint8(bits, 'bits').written,
  describe: (bits) => `0x${bits.toString(16)}`,
}
