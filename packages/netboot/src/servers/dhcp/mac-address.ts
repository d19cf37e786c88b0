/** `08:00:27:54:1a:d1`; hardware addresses of any length. */
export function formatMacAddress(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}
