import { ByteWriter } from '../../../../bytes/writer.js'
import type { OptionKind } from '../option-kind.js'

export interface BootMenuEntry {
  /** Kind of boot server; 0 boots from the local disk. */
  readonly type: number
  readonly text: string
}

/**
 * Sub-option 9 of option 43, PXE_BOOT_MENU (PXE 2.1 table 2-1).
 *
 *     Offset  Size  Field
 *     0       2     type, big-endian
 *     2       1     length of the text
 *     3       n     text
 *     ...           further entries
 */
export const bootMenu: OptionKind<BootMenuEntry[]> = {
  code: 9,
  name: 'PXE boot menu',
  decode(reader) {
    const entries: BootMenuEntry[] = []
    while (reader.remaining > 0) {
      const type = reader.uint16('type')
      entries.push({ type, text: reader.latin1(reader.uint8('length'), 'text') })
    }
    return entries
  },
  encode: (entries) =>
    Buffer.concat(
      entries.map(
        ({ type, text }) =>
          new ByteWriter(3 + text.length, 'PXE boot menu')
            .uint16(type, 'type')
            .uint8(text.length, 'length')
            .latin1(text, text.length, 'text').written,
      ),
    ),
  describe: (entries) => entries.map(({ type, text }) => `${type}: ${JSON.stringify(text)}`).join('; '),
}
