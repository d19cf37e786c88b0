/** How the two formats differ in what is otherwise the same code. */
export interface LzwVariant {
  /** Bits of a sample: the first two codes beyond the samples are "clear" and "end". TIFF: 8. */
  readonly sampleBits: number
  /** GIF packs codes from the lowest bit on, TIFF from the highest. */
  readonly order: 'lowest-first' | 'highest-first'
  /** TIFF widens its codes one code earlier than needed. */
  readonly widensEarly: boolean
}

const MAX_CODE_BITS = 12
const NO_CODE = -1

/**
 * Unpacks data that was compressed by the method of Lempel, Ziv and Welch (GIF89a, appendix F; TIFF 6.0, section 13).
 * Stops at the end code, at the end of the data, at a code that cannot be, and when `target` is full.
 *
 * @returns how many samples were written
 */
export function unpackLzw(packed: Uint8Array, target: Uint8Array, variant: LzwVariant): number {
  const clear = 1 << variant.sampleBits
  const end = clear + 1
  const early = variant.widensEarly ? 1 : 0
  // A code stands for the text of another code, and one sample after it.
  const prefixes = new Uint16Array(1 << MAX_CODE_BITS)
  const lasts = new Uint8Array(1 << MAX_CODE_BITS)
  const lengths = new Uint16Array(1 << MAX_CODE_BITS)
  for (let sample = 0; sample < clear; sample++) {
    lasts[sample] = sample
    lengths[sample] = 1
  }
  const nextCode = codeReader(packed, variant.order)
  let bits = variant.sampleBits + 1
  let free = end + 1
  let previous = NO_CODE
  let written = 0
  while (written < target.length) {
    const code = nextCode(bits)
    if (code === undefined || code === end) break
    if (code === clear) {
      bits = variant.sampleBits + 1
      free = end + 1
      previous = NO_CODE
      continue
    }
    const isKnown = code < clear || (code > end && code < free)
    if (!isKnown && (previous === NO_CODE || code !== free)) break
    if (previous === NO_CODE && code > end) break
    // The code that is just being defined is the previous text and that text's own first sample.
    const text = isKnown ? code : previous
    const first = write(text, target, written, prefixes, lasts, lengths)
    written += lengths[text] as number
    if (!isKnown && written < target.length) target[written++] = first
    if (previous !== NO_CODE && free < 1 << MAX_CODE_BITS) {
      prefixes[free] = previous
      lasts[free] = first
      lengths[free] = (lengths[previous] as number) + 1
      free++
      if (free + early === 1 << bits && bits < MAX_CODE_BITS) bits++
    }
    previous = code
  }
  return Math.min(written, target.length)
}

/** Writes a code's text, from its end to its beginning; what is beyond the target is left out. Returns the first sample. */
function write(
  code: number,
  target: Uint8Array,
  from: number,
  prefixes: Uint16Array,
  lasts: Uint8Array,
  lengths: Uint16Array,
): number {
  let at = code
  for (let to = from + (lengths[code] as number) - 1; to > from; to--) {
    if (to < target.length) target[to] = lasts[at] as number
    at = prefixes[at] as number
  }
  target[from] = lasts[at] as number
  return lasts[at] as number
}

function codeReader(packed: Uint8Array, order: LzwVariant['order']): (bits: number) => number | undefined {
  let offset = 0
  let held = 0
  let count = 0
  return (bits) => {
    while (count < bits) {
      if (offset >= packed.length) return undefined
      const byte = packed[offset++] as number
      held = order === 'lowest-first' ? held | (byte << count) : ((held << 8) | byte) & 0xffffff
      count += 8
    }
    count -= bits
    const mask = (1 << bits) - 1
    if (order === 'highest-first') return (held >>> count) & mask
    const code = held & mask
    held >>>= bits
    return code
  }
}
