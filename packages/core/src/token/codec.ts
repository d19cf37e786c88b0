import { isAlias, isMap, isScalar, parseDocument, stringify, type YAMLMap } from 'yaml'
import { KairosError } from '../errors/index.js'
import { type OtpSettings, Token } from './token.js'

/** Longest token that is looked at, in characters. Real ones have about 600; a QR code holds less than 8,000. */
const MAX_TOKEN_LENGTH = 16_384
/** Longest text of one field, in characters. Real ones have 32 to 52. */
const MAX_FIELD_LENGTH = 1_024
/** Base64 of a SHA-256 digest has 44 characters; there is nothing to take beyond them. */
const MAX_OTP_LENGTH = 44
const INT64_MAX = 2n ** 63n - 1n

/** Smallest and largest `max_message_size` that make sense: less holds no config, more is an attack on our memory. */
const MIN_MESSAGE_SIZE = 1_024n
const MAX_MESSAGE_SIZE = 256n * 2n ** 20n

const COPY_HINT = 'Copy the whole text under the QR code, or pass a picture of the code instead.'

/**
 * Reads an EdgeVPN token: standard base64 (RFC 4648 section 4) of a YAML document. White space is ignored, so that a
 * token copied from a terminal, broken into lines, works.
 *
 * @throws KairosError `token/not-base64`, `token/not-yaml`, `token/invalid-field` (says which part is wrong, never its value)
 */
export function decodeToken(text: string): Token {
  const root = parseYaml(decodeBase64(text))
  const otp = requireMap(root, 'otp')
  return new Token({
    dht: hasDhtKey(otp) ? readOtpSettings(requireMap(otp, 'otp.dht'), 'otp.dht') : undefined,
    crypto: readOtpSettings(requireMap(otp, 'otp.crypto'), 'otp.crypto'),
    room: readText(root, 'room'),
    rendezvous: readText(root, 'rendezvous'),
    mdns: readText(root, 'mdns'),
    maxMessageSize: Number(readInteger(root, 'max_message_size', MIN_MESSAGE_SIZE, MAX_MESSAGE_SIZE)),
  })
}

/** Writes a token as EdgeVPN does: the same fields in the same order and style, so that a decoded one comes back byte for byte. */
export function encodeToken(token: Token): string {
  return Buffer.from(encodeTokenYaml(token)).toString('base64')
}

/** The YAML document inside a token. It holds all its secrets. */
export function encodeTokenYaml(token: Token): string {
  const otp = ({ interval, key, length }: OtpSettings) => ({ interval, key, length })
  const document = {
    otp: { ...(token.dht && { dht: otp(token.dht) }), crypto: otp(token.crypto) },
    room: token.room,
    rendezvous: token.rendezvous,
    mdns: token.mdns,
    max_message_size: token.maxMessageSize,
  }
  // Go quotes what YAML 1.1 readers would take for something else than text.
  return stringify(document, { indent: 2, lineWidth: 0, compat: 'yaml-1.1' })
}

function decodeBase64(text: string): string {
  const bare = text.replace(/\s+/g, '')
  const fail = (found: string) =>
    new KairosError('token/not-base64', `A token is base64 text; ${found}.`, { hint: COPY_HINT })
  if (bare === '') throw fail('this one is empty')
  if (bare.length > MAX_TOKEN_LENGTH)
    throw fail(`this one has ${bare.length} characters, more than ${MAX_TOKEN_LENGTH}`)
  const wrong = /[^A-Za-z0-9+/=]|=(?!=?$)/.exec(bare)
  if (wrong)
    throw fail(`this one has something else (U+${hex(wrong[0])}) at character ${wrong.index + 1} of ${bare.length}`)
  const data = bare.replace(/=+$/, '')
  if (data.length % 4 === 1) throw fail(`this one is incomplete: ${bare.length} characters`)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(data, 'base64'))
  } catch (cause) {
    throw new KairosError('token/not-yaml', 'A token holds a YAML document; this one holds bytes that are not text.', {
      hint: COPY_HINT,
      cause,
    })
  }
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
}

function parseYaml(text: string): YAMLMap {
  const fail = (found: string) =>
    new KairosError('token/not-yaml', `A token holds a YAML document with the network's settings; ${found}.`, {
      hint: COPY_HINT,
    })
  let document: ReturnType<typeof parseDocument>
  try {
    // The failsafe schema keeps every scalar as its text: an int64 stays exact, a key of digits stays a key.
    document = parseDocument(text, { schema: 'failsafe', prettyErrors: false })
  } catch {
    throw fail('this one is nested too deeply')
  }
  const error = document.errors[0]
  // The parser's message may quote the text, which is secret: only its code and place are told.
  if (error)
    throw fail(`this one has a mistake at byte ${error.pos[0]} (${error.code.toLowerCase().replace(/_/g, ' ')})`)
  if (!isMap(document.contents)) throw fail('this one holds no keys')
  return document.contents
}

function invalid(path: string, expected: string, found: string): KairosError {
  return new KairosError('token/invalid-field', `Token field ${path}: ${expected} expected, ${found} found.`, {
    hint: 'The token is damaged or comes from another program. Make a new one with: kairosctl token generate',
  })
}

function field(map: YAMLMap, path: string): unknown {
  return map.get(path.slice(path.lastIndexOf('.') + 1), true)
}

function requireMap(map: YAMLMap, path: string): YAMLMap {
  const value = field(map, path)
  if (isMap(value)) return value
  throw invalid(path, 'a group of settings', value === undefined ? 'nothing' : 'something else')
}

/** Go writes the settings of a network without a DHT key as zeros; they stand for "none". */
function hasDhtKey(otp: YAMLMap): boolean {
  const dht = field(otp, 'otp.dht')
  if (dht === undefined) return false
  if (!isMap(dht)) return true
  return !['key', 'interval', 'length'].every((name) => {
    const value = field(dht, name)
    return isScalar(value) && ['', '0'].includes(String(value.value))
  })
}

function readOtpSettings(map: YAMLMap, path: string): OtpSettings {
  return {
    interval: readInteger(map, `${path}.interval`, 1n, INT64_MAX),
    key: readText(map, `${path}.key`),
    length: Number(readInteger(map, `${path}.length`, 1n, BigInt(MAX_OTP_LENGTH))),
  }
}

function readScalar(map: YAMLMap, path: string, expected: string): { text: string; plain: boolean } {
  const value = field(map, path)
  if (value === undefined) throw invalid(path, expected, 'nothing')
  if (!isScalar(value)) throw invalid(path, expected, isAlias(value) ? 'an alias' : 'a list or group')
  return { text: String(value.value ?? ''), plain: value.type === 'PLAIN' }
}

function readText(map: YAMLMap, path: string): string {
  const expected = `a text of 1 to ${MAX_FIELD_LENGTH} characters`
  const { text, plain } = readScalar(map, path, expected)
  if (text === '' || (plain && /^(~|null|Null|NULL)$/.test(text))) throw invalid(path, expected, 'an empty one')
  if (text.length > MAX_FIELD_LENGTH) throw invalid(path, expected, `one of ${text.length}`)
  return text
}

function readInteger(map: YAMLMap, path: string, min: bigint, max: bigint): bigint {
  const expected = `a whole number from ${min} to ${max}`
  const { text } = readScalar(map, path, expected)
  if (!/^[+-]?\d{1,32}$/.test(text)) throw invalid(path, expected, text === '' ? 'an empty value' : 'something else')
  const value = BigInt(text)
  if (value < min || value > max) throw invalid(path, expected, String(value))
  return value
}
