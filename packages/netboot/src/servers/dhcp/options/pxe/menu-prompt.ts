import { ByteWriter } from '../../../../bytes/writer.js'
import type { OptionKind } from '../option-kind.js'

export interface MenuPrompt {
  /** 0 takes the first entry at once; 255 waits for ever. */
  readonly timeoutSeconds: number
  readonly text: string
}

/**
 * Sub-option 10 of option 43, PXE_MENU_PROMPT (PXE 2.1 table 2-1).
 *
 *     Offset  Size  Field
 *     0       1     seconds
 *     1       n     text
 */
export const menuPrompt: OptionKind<MenuPrompt> = {
  code: 10,
  name: 'PXE menu prompt',
  decode: (reader) => ({
    timeoutSeconds: reader.uint8('seconds'),
    text: reader.latin1(reader.remaining, 'text'),
  }),
  encode: ({ timeoutSeconds, text }) =>
    new ByteWriter(1 + text.length, 'PXE menu prompt')
      .uint8(timeoutSeconds, 'seconds')
      .latin1(text, text.length, 'text').written,
  describe: ({ timeoutSeconds, text }) => `${JSON.stringify(text)} for ${timeoutSeconds} s`,
}
