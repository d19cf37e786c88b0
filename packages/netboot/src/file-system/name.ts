import { KairosError } from '@kairos-sdk/core'

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * A file name (or path, or target of a link) as text. Unix names are bytes: one that is not part of UTF-8 text becomes the
 * lone surrogate U+DC00 + byte, as in Python's `surrogateescape` (PEP 383), so that {@link encodeName} gives it back.
 */
export function decodeName(bytes: Uint8Array): string {
  const whole = tryDecode(bytes)
  if (whole !== undefined) return whole
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes[at] ?? 0)
    const character = at + length <= bytes.length ? tryDecode(bytes.subarray(at, at + length)) : undefined
    text += character ?? String.fromCharCode(0xdc00 + (bytes[at] ?? 0))
    at += character === undefined ? 1 : length
  }
  return text
}

/**
 * The bytes of a name that {@link decodeName} gave, or of any text.
 *
 * @throws KairosError `argument/invalid` for a lone surrogate that stands for no byte
 */
export function encodeName(name: string): Uint8Array {
  if (name.isWellFormed()) return Buffer.from(name)
  const parts: Uint8Array[] = []
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0
    if (code >= 0xdc80 && code <= 0xdcff) parts.push(Uint8Array.of(code - 0xdc00))
    else if (code >= 0xd800 && code <= 0xdfff) throw loneSurrogate(name, code)
    else parts.push(Buffer.from(character))
  }
  return Buffer.concat(parts)
}

function tryDecode(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

function sequenceLength(lead: number): number {
  if (lead < 0xc2) return 1
  if (lead < 0xe0) return 2
  return lead < 0xf0 ? 3 : 4
}

function loneSurrogate(name: string, code: number): KairosError {
  const found = `U+${code.toString(16).toUpperCase()}`
  return new KairosError('argument/invalid', `${JSON.stringify(name)}: a name expected, a lone ${found} in it found.`)
}
