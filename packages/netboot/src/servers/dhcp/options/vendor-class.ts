/** What firmware says of itself in option 60. */
export interface VendorClass {
  readonly client: 'PXEClient' | 'HTTPClient'
  readonly architecture?: number
  readonly undi?: { readonly major: number; readonly minor: number }
}

/**
 * Takes `PXEClient:Arch:xxxxx:UNDI:yyyzzz` apart (RFC 4578 section 3; UEFI 2.10 section 24.7.3.1 for `HTTPClient`).
 * `undefined` for everybody who does not want to boot.
 */
export function parseVendorClass(text: string): VendorClass | undefined {
  const client = /^(PXEClient|HTTPClient)(?=:|$)/.exec(text)?.[0]
  if (client !== 'PXEClient' && client !== 'HTTPClient') return undefined
  const architecture = /:Arch:(\d{5})(?=:|$)/.exec(text)?.[1]
  const [, major, minor] = /:UNDI:(\d{3})(\d{3})(?=:|$)/.exec(text) ?? []
  return {
    client,
    ...(architecture !== undefined && { architecture: Number(architecture) }),
    ...(major !== undefined && { undi: { major: Number(major), minor: Number(minor) } }),
  }
}
