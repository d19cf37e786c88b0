/**
 * Names of iPXE builds on TFTP: they hold the machine's hardware address, by which a transfer is known for its own.
 * With dashes: iPXE would take what stands before a colon for the scheme of a URL.
 */
export function tftpNameFor(mac: string, file: string): string {
  return `${mac.replaceAll(':', '-')}/${file}`
}

/** A name taken apart again; without an address it is what the site's own DHCP server was told to name. */
export function parseTftpName(name: string): { readonly mac: string | undefined; readonly file: string } {
  // Some firmwares put a slash in front.
  const [, address, file = ''] = /^\/?(?:((?:[0-9a-f]{2}-)*[0-9a-f]{2})\/)?([^/]*)$/i.exec(name) ?? []
  return { mac: address?.replaceAll('-', ':').toLowerCase(), file }
}
