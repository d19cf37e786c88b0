import { ByteWriter } from '../../../bytes/writer.js'
import type { OptionKind } from './option-kind.js'

/** What a time of this many seconds means: for ever. */
export const INFINITE_SECONDS = 0xffffffff

/**
 * An option that holds a time in seconds.
 *
 *     Offset  Size  Field
 *     0       4     seconds, big-endian
 */
const secondsOption = (code: number, name: string): OptionKind<number> => ({
  code,
  name,
  decode: (reader) => reader.uint32('seconds'),
  encode: (value) => new ByteWriter(4, name).uint32(value, 'seconds').written,
  describe: (value) => (value === INFINITE_SECONDS ? 'infinite' : `${value} s`),
})

/** RFC 2132 section 9.2. */
export const leaseTime = secondsOption(51, 'IP address lease time')
/** T1 (RFC 2132 section 9.11). */
export const renewalTime = secondsOption(58, 'renewal time')
/** T2 (RFC 2132 section 9.12). */
export const rebindingTime = secondsOption(59, 'rebinding time')
/** After which PXELINUX restarts a machine that does not boot (RFC 5071 section 7). */
export const pxelinuxRebootTime = secondsOption(211, 'PXELINUX reboot time')
