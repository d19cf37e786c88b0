import { ByteWriter } from '../../../bytes/writer.js'
import type { OptionKind } from './option-kind.js'

/**
 * DHCP option 77, User Class (RFC 3004 section 4).
 *
 *     Offset  Size  Field
 *     0       1     length of a class, not 0
 *     1       n     class
 *     ...           further ones
 *
 * iPXE and others send the bare class instead. What does not add up as lengths and classes is taken as one.
 */
export const userClass: OptionKind<string[]> = {
  code: 77,
  name: 'user class',
  decode(reader) {
    const text = reader.latin1(1, 'class') + reader.latin1(reader.remaining, 'class')
    return splitByLengths(text) ?? [text.replace(/\0+$/, '')]
  },
  encode(classes) {
    const writer = new ByteWriter(
      classes.reduce((sum, name) => sum + 1 + name.length, 0),
      'user class',
    )
    for (const name of classes) writer.uint8(name.length, 'length').latin1(name, name.length, 'class')
    return writer.written
  },
  describe: (classes) => classes.map((name) => JSON.stringify(name)).join(', '),
}

function splitByLengths(text: string): string[] | undefined {
  const classes: string[] = []
  for (let at = 0; at < text.length; ) {
    const length = text.charCodeAt(at)
    if (length === 0 || at + 1 + length > text.length) return undefined
    classes.push(text.slice(at + 1, at + 1 + length))
    at += 1 + length
  }
  return classes
}
