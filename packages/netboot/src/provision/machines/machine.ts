import type { Settings } from '@kairos-sdk/core/settings'

/** A machine of a table, and what is its own. At least one of address, UUID and name is there. */
export interface MachineEntry {
  /** Hardware address: `08:00:27:54:1a:d1`. */
  readonly mac?: string | undefined
  /** SMBIOS UUID in lower case. */
  readonly uuid?: string | undefined
  /** What files and people call it. Fit for a file name. */
  readonly name?: string | undefined
  /** Values of templates; `mac`, `uuid` and `name` are among them, unless a table in YAML has other `values` of these names. */
  readonly values: Settings
  /** Line of the table, from 1. */
  readonly line: number
}

/** A hardware address in any of the usual spellings, as `08:00:27:54:1a:d1`; undefined for what is none of a machine. */
export function parseMacAddress(text: string): string | undefined {
  const digits = /^([\da-f]{2})([:-]?)(?:[\da-f]{2}\2){4}[\da-f]{2}$|^(?:[\da-f]{4}\.){2}[\da-f]{4}$/i.test(text)
    ? text.replace(/[^\da-f]/gi, '').toLowerCase()
    : undefined
  if (digits === undefined || digits === '000000000000') return undefined
  // The lowest bit of the first byte is set for groups of machines, as in the broadcast address.
  if (Number.parseInt(digits.slice(0, 2), 16) & 1) return undefined
  return digits.replace(/..(?!$)/g, '$&:')
}

/** A UUID in lower case, or undefined. */
export function parseUuid(text: string): string | undefined {
  const bare = text.replace(/^\{(.*)\}$/, '$1').toLowerCase()
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(bare) ? bare : undefined
}

/** Names become file names: no slashes, nothing hidden, nothing that a file system refuses. */
export function isMachineName(text: string): boolean {
  return !/[/\\:*?"<>|\p{Cc}]|^[.\s]|[.\s]$/u.test(text) && text !== '' && Buffer.byteLength(text) <= 100
}
