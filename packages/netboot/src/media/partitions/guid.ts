import { KairosError } from '@kairos-sdk/core'

/** Partition types of GPT entries (UEFI Specification 2.10 table 5.8, and the registry of the Discoverable Partitions). */
export const PartitionType = {
  unused: '00000000-0000-0000-0000-000000000000',
  efiSystem: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
  biosBoot: '21686148-6449-6E6F-744E-656564454649',
  basicData: 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7',
  linuxFileSystem: '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
  appleHfs: '48465300-0000-11AA-AA11-00306543ECAC',
} as const

const GUID_TEXT = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i

/**
 * The 16 bytes of a GUID as UEFI stores it (UEFI Specification appendix A): the first three groups little-endian, the
 * last two in the order in which they are written.
 *
 *     Offset  Size  Field
 *     0       4     time_low, little-endian
 *     4       2     time_mid, little-endian
 *     6       2     time_hi_and_version, little-endian
 *     8       2     clock_seq
 *     10      6     node
 *
 * @throws KairosError `argument/invalid`
 */
export function encodeGuid(text: string): Uint8Array {
  const groups = GUID_TEXT.exec(text)
  if (!groups) {
    throw new KairosError(
      'argument/invalid',
      `GUID: a text like ${PartitionType.efiSystem} expected, ${JSON.stringify(text)} found.`,
    )
  }
  const [low, mid, high, clock, node] = groups.slice(1).map((group) => Buffer.from(group, 'hex'))
  return new Uint8Array(
    Buffer.concat(
      [low?.reverse(), mid?.reverse(), high?.reverse(), clock, node].filter((group) => group !== undefined),
    ),
  )
}

/** The text of a GUID, in capitals as partitioning programs write it. `bytes` are 16. */
export function decodeGuid(bytes: Uint8Array): string {
  const hex = (from: number, to: number, reversed: boolean) => {
    const group = Buffer.from(bytes.subarray(from, to))
    return (reversed ? group.reverse() : group).toString('hex').toUpperCase()
  }
  return [hex(0, 4, true), hex(4, 6, true), hex(6, 8, true), hex(8, 10, false), hex(10, 16, false)].join('-')
}

/**
 * A GUID that depends on nothing but the seed, for images that must come out the same each time: the digest's first 128
 * bits with the version (8, "custom") and variant bits of RFC 9562 section 5.8.
 *
 * @param digest - at least 16 bytes of a hash
 */
export function guidFromDigest(digest: Uint8Array): string {
  const bytes = Uint8Array.from(digest.subarray(0, 16))
  // Bytes 7 and 8 of the stored form: time_hi_and_version is little-endian, so its high byte comes second.
  bytes[7] = ((bytes[7] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return decodeGuid(bytes)
}
