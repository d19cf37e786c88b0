import { ByteWriter } from '../../../../bytes/writer.js'
import type { OptionKind } from '../option-kind.js'

export interface BootItem {
  /** Kind of boot server, as chosen from the menu. */
  readonly type: number
  /** Which of the files that the server has for it, 0 for the first; bit 15 asks for its credentials. */
  readonly layer: number
}

/**
 * Sub-option 71 of option 43, PXE_BOOT_ITEM (PXE 2.1 table 2-1): what a client asks a boot server for; the server's ACK
 * repeats it.
 *
 *     Offset  Size  Field
 *     0       2     type, big-endian
 *     2       2     layer, big-endian
 */
export const bootItem: OptionKind<BootItem> = {
  code: 71,
  name: 'PXE boot item',
  decode: (reader) => ({ type: reader.uint16('type'), layer: reader.uint16('layer') }),
  encode: ({ type, layer }) => new ByteWriter(4, 'PXE boot item').uint16(type, 'type').uint16(layer, 'layer').written,
  describe: ({ type, layer }) => `type ${type} layer ${layer}`,
}
