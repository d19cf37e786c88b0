export interface DeviceNumber {
  /** 12 bits. */
  readonly major: number
  /** 20 bits. */
  readonly minor: number
}

export const MAX_MAJOR = 0xfff
export const MAX_MINOR = 0xf_ffff

/**
 * A device number (Linux `new_encode_dev`).
 *
 *     Bits    Field
 *     0-7     minor, low bits
 *     8-19    major
 *     20-31   minor, high bits
 */
export function encodeDeviceNumber({ major, minor }: DeviceNumber): number {
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0
}

export function decodeDeviceNumber(value: number): DeviceNumber {
  return { major: (value >>> 8) & 0xfff, minor: (value & 0xff) | ((value >>> 12) & 0xfff00) }
}
