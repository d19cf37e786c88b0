import { KairosError } from '@kairos-sdk/core'

/**
 * Reads a published SHA-256: a line for each file as `sha256sum` writes it (`HEX  NAME`, `HEX *NAME`), with one space, or
 * `HEX` alone for a file that has a checksum file of its own.
 *
 * @param name - whose checksum is wanted
 * @param from - what the text is, for messages
 * @returns 64 hexadecimal digits in lower case
 * @throws KairosError `input/malformed` when there is none for it
 */
export function parseChecksum(text: string, name: string, from: string): string {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  const entries = lines.flatMap((line) => {
    const found = /^\\?([0-9a-f]{64})(?: [ *]?(.*))?$/i.exec(line.trim())
    const [, digest] = found ?? []
    return digest === undefined ? [] : [{ digest: digest.toLowerCase(), path: found?.[2]?.trim() }]
  })
  const own = entries.find(({ path }) => path?.split('/').at(-1) === name)
  // Names in there may be those of the machine that built it: a single line is meant for this file.
  const only = entries.length === 1 && lines.length === 1 ? entries[0] : undefined
  const digest = (own ?? only)?.digest
  if (digest !== undefined) return digest
  throw new KairosError('input/malformed', `${from}: the SHA-256 of ${name} expected, none found.`, {
    hint: 'The server may have sent an error page. Open the URL in a browser to see what is there.',
  })
}
