const ATTR_CHAR = /[A-Za-z0-9!#$&+.^_`|~-]/

/**
 * The header that makes a browser save content as a file (RFC 6266). Names of other than ASCII characters are given twice:
 * for clients that read RFC 8187, and with `_` for those that do not.
 */
export function attachment(fileName: string): string {
  const simple = fileName.replace(/[^\x20-\x7e]|["\\%/]/gu, '_')
  const plain = `attachment; filename="${simple}"`
  return simple === fileName ? plain : `${plain}; filename*=UTF-8''${extendedValue(fileName)}`
}

/** `ext-value` of RFC 8187 section 3.2.1, without the character set. */
function extendedValue(text: string): string {
  return [...Buffer.from(text.toWellFormed().replace(/[/\\\p{Cc}]/gu, '_'), 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte)
      return ATTR_CHAR.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}
