import { createHash } from 'node:crypto'
import type { Budget } from '../budget.js'
import { formatFloat } from '../format/float.js'
import { TemplateFault } from '../template-error.js'
import { valueOfData } from '../values/from-data.js'
import { GoList, GoMap, integerOf, Missing, type Value } from '../values/value.js'
import { decodeBase32, encodeBase32 } from './base32.js'
import { fixed, type TemplateFunction } from './signature.js'
import { toYaml } from './to-yaml.js'

/** sprig's encodings and checksums, and `toYaml` as Helm has it. */
export const encodingFunctions: Readonly<Record<string, TemplateFunction>> = {
  b64enc: fixed(['string'], (_budget, text) => Buffer.from(text).toString('base64')),
  b64dec: fixed(['string'], (_budget, text) => decodeBase64(text)),
  b32enc: fixed(['string'], (budget, text) => {
    budget.spendText(text.length * 2)
    return encodeBase32(Buffer.from(text))
  }),
  b32dec: fixed(['string'], (_budget, text) => {
    const bytes = decodeBase32(text)
    if (!bytes) throw new TemplateFault('text in base32 expected')
    return textOf(bytes, 'base32')
  }),
  adler32sum: fixed(['string'], (_budget, text) => String(adler32(Buffer.from(text)))),
  sha1sum: fixed(['string'], (_budget, text) => createHash('sha1').update(text).digest('hex')),
  sha256sum: fixed(['string'], (_budget, text) => createHash('sha256').update(text).digest('hex')),
  sha512sum: fixed(['string'], (_budget, text) => createHash('sha512').update(text).digest('hex')),
  toJson: fixed(['any'], (budget, value) => escapeForHtml(json(value, budget))),
  toRawJson: fixed(['any'], (budget, value) => json(value, budget)),
  toPrettyJson: fixed(['any'], (budget, value) => {
    const text = json(value, budget)
    budget.spendText(text.length * 4)
    return escapeForHtml(indentJson(text))
  }),
  fromJson: fixed(['string'], (budget, text) => fromJson(text, budget) ?? null),
  mustFromJson: fixed(['string'], (budget, text) => {
    const value = fromJson(text, budget)
    if (value === undefined) throw new TemplateFault('text in JSON expected')
    return value
  }),
  toYaml: fixed(['any'], (budget, value) => toYaml(value, budget)),
}

/** @throws TemplateFault for bytes that are not text, which a template cannot hold */
function decodeBase64(text: string): string {
  const digits = text.replace(/[\r\n]/g, '')
  const wrong = /^(?:[\w+/-]{4})*(?:[\w+/-]{2}==|[\w+/-]{3}=)?$/.test(digits) && !/[_-]/.test(digits) ? -1 : 0
  if (wrong === 0) throw new TemplateFault('text in base64 expected')
  return textOf(Buffer.from(digits, 'base64'), 'base64')
}

function textOf(bytes: Uint8Array, encoding: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new TemplateFault(`${encoding} of UTF-8 text expected, bytes that are no text found`)
  }
}

/** RFC 1950 section 8. */
function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0]
  for (const byte of bytes) {
    a = (a + byte) % 65_521
    b = (b + a) % 65_521
  }
  return b * 65_536 + a
}

const MAX_DEPTH = 200

/** JSON with sorted keys, as encoding/json writes it. */
function json(value: Value, budget: Budget, depth = 0): string {
  budget.spend(1)
  if (depth > MAX_DEPTH) throw new TemplateFault('a value is nested too deeply')
  const text = (() => {
    if (value === null || value instanceof Missing) return 'null'
    if (value instanceof GoList) return `[${value.items.map((item) => json(item, budget, depth + 1)).join(',')}]`
    if (value instanceof GoMap) {
      const entries = value.sorted().map(([key, item]) => `${jsonString(key)}:${json(item, budget, depth + 1)}`)
      return `{${entries.join(',')}}`
    }
    if (typeof value === 'number') return jsonNumber(value)
    return typeof value === 'string' ? jsonString(value) : String(integerOf(value) ?? value)
  })()
  budget.spendText(text.length)
  return text
}

function jsonNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TemplateFault('JSON has no number for this float')
  const magnitude = Math.abs(value)
  if (magnitude !== 0 && (magnitude < 1e-6 || magnitude >= 1e21))
    return formatFloat(value, 'e', -1).replace(/e-0(\d)$/, 'e-$1')
  return formatFloat(value, 'f', -1)
}

function jsonString(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`)
}

/** Go writes `<`, `>` and `&` as escapes; they only occur in strings. */
function escapeForHtml(text: string): string {
  return text.replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)
}

/** Lays compact JSON out with two spaces; numbers are left as written. */
function indentJson(text: string): string {
  let output = ''
  let depth = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{[]\s*[}\]]|[{}[\],:]|[^{}[\],:"]+/g)) {
    if (token === '{' || token === '[') output += `${token}\n${'  '.repeat(++depth)}`
    else if (token === '}' || token === ']') output += `\n${'  '.repeat(--depth)}${token}`
    else if (token === ',') output += `,\n${'  '.repeat(depth)}`
    else output += token === ':' ? ': ' : token
  }
  return output
}

/** Numbers of JSON are floats to Go; undefined for what is no JSON. */
function fromJson(text: string, budget: Budget): Value | undefined {
  budget.spend(text.length)
  try {
    return floats(valueOfData(JSON.parse(text)))
  } catch {
    return undefined
  }
}

function floats(value: Value): Value {
  if (value instanceof GoList) return new GoList(value.items.map(floats))
  if (value instanceof GoMap) return new GoMap(new Map([...value.entries].map(([key, item]) => [key, floats(item)])))
  return typeof value === 'bigint' ? Number(value) : value
}
