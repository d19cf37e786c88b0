import { ByteReader } from '../../bytes/reader.js'

const PAD = 0
const END = 255
const MAX_PART_BYTES = 255
/** Code and length. */
const HEADER_BYTES = 2

/**
 * Reads a field of options and adds them to `values`: an option that comes again is one value in several parts (RFC 3396
 * section 7), whichever fields they are in.
 *
 *     Offset  Size  Field
 *     0       1     code; 0 is padding of one byte, 255 the end
 *     1       1     length
 *     2       n     value
 *
 * A field without an end is taken as it is: firmware forgets it.
 *
 * @param origin - offset of the field in the packet, for messages
 * @throws KairosError `dhcp/malformed`
 */
export function readOptionArea(bytes: Uint8Array, origin: number, values: Map<number, Uint8Array>): void {
  const reader = new ByteReader(bytes, { code: 'dhcp/malformed', name: 'DHCP options', origin })
  const parts = new Map<number, Uint8Array[]>()
  while (reader.remaining > 0) {
    const code = reader.uint8('option code')
    if (code === PAD) continue
    if (code === END) break
    const part = reader.bytes(reader.uint8(`length of option ${code}`), `option ${code}`)
    const before = parts.get(code)
    if (before) before.push(part)
    else parts.set(code, [part])
  }
  for (const [code, own] of parts) {
    const before = values.get(code)
    const all = before ? [before, ...own] : own
    values.set(code, all.length === 1 && all[0] ? all[0] : Buffer.concat(all))
  }
}

/**
 * Distributes options over fields of some capacities, in order, each with an end. Values of more than 255 bytes are
 * split, and those for which no field has room as a whole (RFC 3396).
 *
 * @returns the bytes of each field, or `undefined` when there is too little room
 */
export function writeOptionAreas(
  options: readonly (readonly [code: number, value: Uint8Array])[],
  capacities: readonly number[],
): Uint8Array[] | undefined {
  const areas = capacities.map((capacity) => ({ room: capacity - 1, parts: [] as Uint8Array[] }))
  let index = 0
  for (const [code, value] of options) {
    for (let at = 0; at === 0 || at < value.length; ) {
      const area = areas[index]
      if (!area) return undefined
      const wanted = Math.min(MAX_PART_BYTES, value.length - at)
      const fits = Math.min(wanted, area.room - HEADER_BYTES)
      const wholeInNext = HEADER_BYTES + wanted <= (areas[index + 1]?.room ?? 0)
      if (fits < Math.min(1, wanted) || (fits < wanted && wholeInNext)) {
        index++
        continue
      }
      area.parts.push(Uint8Array.of(code, fits), value.subarray(at, at + fits))
      area.room -= HEADER_BYTES + fits
      at += fits
      if (value.length === 0) break
    }
  }
  return areas.map(({ parts }) => Buffer.concat([...parts, Uint8Array.of(END)]))
}
