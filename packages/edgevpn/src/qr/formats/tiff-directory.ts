/** Tags of an image file directory (TIFF 6.0, appendix A). */
export const TiffTag = {
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometricInterpretation: 262,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planarConfiguration: 284,
  predictor: 317,
  colorMap: 320,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
} as const

const KNOWN_TAGS: ReadonlySet<number> = new Set(Object.values(TiffTag))

/** Bytes of the types BYTE and SHORT, and LONG; others have no place in the tags above. */
const TYPE_BYTES: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4 }

/** The values of a tag. They are read when they are asked for: a tag may claim as many as the file has bytes. */
export interface TiffField {
  readonly count: number
  /** One of them; `undefined` beyond the last. Throws RangeError where the file ends before it. */
  readonly at: (index: number) => number | undefined
}

export interface TiffDirectory {
  /** Numbers have their lowest byte first. */
  readonly little: boolean
  readonly fields: ReadonlyMap<number, TiffField>
}

/**
 * Reads the first image file directory (TIFF 6.0, section 2), that of the first page. Of a tag that is there twice, which
 * the specification does not allow, the first one counts.
 *
 *     Offset       Size  Field
 *     0            2     byte order: "II" little-endian, "MM" big-endian
 *     2            2     42
 *     4            4     offset of the first directory
 *     directory    2     number of entries
 *     + 2 + 12 n   2     tag
 *     + 4 + 12 n   2     type
 *     + 6 + 12 n   4     number of values
 *     + 10 + 12 n  4     the values if they fit in, else their offset
 *
 * @throws RangeError where the file ends before the directory does
 */
export function readTiffDirectory(view: DataView): TiffDirectory {
  const little = view.getUint8(0) === 0x49
  const directory = view.getUint32(4, little)
  const entries = view.getUint16(directory, little)
  const fields = new Map<number, TiffField>()
  for (let entry = directory + 2; entry < directory + 2 + 12 * entries; entry += 12) {
    const tag = view.getUint16(entry, little)
    const size = TYPE_BYTES[view.getUint16(entry + 2, little)]
    const count = view.getUint32(entry + 4, little)
    const place = view.getUint32(entry + 8, little)
    if (!KNOWN_TAGS.has(tag) || fields.has(tag) || size === undefined) continue
    const from = count * size <= 4 ? entry + 8 : place
    const at = (index: number) => {
      if (index >= count) return undefined
      if (size === 1) return view.getUint8(from + index)
      return size === 2 ? view.getUint16(from + 2 * index, little) : view.getUint32(from + 4 * index, little)
    }
    fields.set(tag, { count, at })
  }
  return { little, fields }
}
