import type { OptionKind } from './option-kind.js'

/**
 * An option that holds text. Firmware that ends it with a NUL, or with several, is understood: RFC 2132 section 2 says
 * that nobody should and everybody must cope. One character a byte, so that any bytes survive.
 *
 *     Offset  Size  Field
 *     0       n     text, at least one byte
 */
const textOption = (code: number, name: string): OptionKind<string> => ({
  code,
  name,
  decode(reader) {
    const first = reader.latin1(1, 'text')
    return (first + reader.latin1(reader.remaining, 'text')).replace(/\0+$/, '')
  },
  encode: (text) => Buffer.from(text, 'latin1'),
  // Quoted, so that no machine can put control characters into somebody's terminal.
  describe: (text) => JSON.stringify(text),
})

/** RFC 2132 section 3.14. */
export const hostName = textOption(12, 'host name')
/** RFC 2132 section 3.17. */
export const domainName = textOption(15, 'domain name')
/** RFC 2132 section 3.19; iPXE takes the URL of a SAN disk from it. */
export const rootPath = textOption(17, 'root path')
/** Why a server refuses (RFC 2132 section 9.9). */
export const errorMessage = textOption(56, 'message')
/** What kind of client or server speaks: `PXEClient:Arch:00007:UNDI:003016` (RFC 2132 section 9.13). */
export const vendorClassIdentifier = textOption(60, 'vendor class identifier')
/** RFC 2132 section 9.4. */
export const tftpServerName = textOption(66, 'TFTP server name')
/** Name of the boot file, or its URL (RFC 2132 section 9.5). */
export const bootfileName = textOption(67, 'bootfile name')
/** RFC 5071 section 5. */
export const pxelinuxConfigurationFile = textOption(209, 'PXELINUX configuration file')
/** RFC 5071 section 6. */
export const pxelinuxPathPrefix = textOption(210, 'PXELINUX path prefix')
