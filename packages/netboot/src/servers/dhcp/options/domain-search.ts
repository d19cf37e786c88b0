import { KairosError } from '@kairos-sdk/core'
import type { ByteReader } from '../../../bytes/reader.js'
import { ByteWriter } from '../../../bytes/writer.js'
import type { OptionKind } from './option-kind.js'

const POINTER = 0xc0
const MAX_LABEL_BYTES = 63
const MAX_NAME_BYTES = 255

/**
 * DHCP option 119, Domain Search (RFC 3397): domain names in DNS's own form (RFC 1035 section 4.1.4).
 *
 *     Offset  Size  Field
 *     0       1     length of a label; 0 ends the name; from 0xc0 on, with the next byte, a pointer to where it goes on
 *     1       n     label
 *     ...           further ones
 *
 * Names are written without pointers.
 */
export const domainSearch: OptionKind<string[]> = {
  code: 119,
  name: 'domain search',
  decode(reader) {
    // Pointers lead back, so the whole is kept and walked by offset.
    const names: string[] = []
    const labelsAt = new Map<number, readonly string[]>()
    while (names.length === 0 || reader.remaining > 0) names.push(readName(reader, labelsAt))
    return names
  },
  encode: (names) => Buffer.concat(names.map(encodeName)),
  describe: (names) => names.map((name) => JSON.stringify(name)).join(', '),
}

/**
 * A pointer is good only to where a label of an earlier name begins: such labels are known by then, so that no pointer
 * leads in circles and no name costs more than its own bytes.
 */
function readName(reader: ByteReader, labelsAt: Map<number, readonly string[]>): string {
  const own: { offset: number; label: string }[] = []
  let tail: readonly string[] = []
  let size = 0
  for (;;) {
    const offset = reader.offset
    const length = reader.uint8('label length')
    if (length === 0) break
    if (length >= POINTER) {
      const target = ((length & ~POINTER) << 8) | reader.uint8('pointer')
      const labels = labelsAt.get(target)
      if (!labels) throw reader.error(`pointer: the offset of an earlier label expected, ${target} found`)
      tail = labels
      break
    }
    if (length > MAX_LABEL_BYTES)
      throw reader.error(`label length: at most ${MAX_LABEL_BYTES} expected, ${length} found`)
    size += 1 + length
    if (size > MAX_NAME_BYTES) break
    own.push({ offset, label: reader.latin1(length, 'label') })
  }
  if (size + tail.join('.').length > MAX_NAME_BYTES)
    throw reader.error(`name: at most ${MAX_NAME_BYTES} bytes expected`)
  for (const { offset, label } of own.toReversed()) {
    tail = [label, ...tail]
    labelsAt.set(offset, tail)
  }
  return tail.join('.')
}

function encodeName(name: string): Uint8Array {
  const labels = name.split('.').filter((label) => label !== '')
  const size = labels.reduce((sum, label) => sum + 1 + label.length, 1)
  const writer = new ByteWriter(size, 'domain search')
  for (const label of labels) {
    if (label.length > MAX_LABEL_BYTES) {
      throw new KairosError('argument/invalid', `domain search: labels of at most 63 bytes expected, "${label}" found.`)
    }
    writer.uint8(label.length, 'label length').latin1(label, label.length, 'label')
  }
  return writer.written
}
