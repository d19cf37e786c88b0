import { isScalar } from 'yaml'
import { KairosError } from '../errors/index.js'
import { parseSettings } from './parse-settings.js'

/** Kairos skips config files of this size and more, in bytes. */
export const CLOUD_CONFIG_MAX_BYTES = 2 * 2 ** 20

/** First lines by which Kairos tells a config from any other file. */
const YAML_HEADERS = ['#cloud-config', '#kairos-config', '#node-config']

export interface CloudConfigCheck {
  /** `yaml` for a document of settings, `script` for one that starts with `#!` and is run as it is. */
  readonly kind: 'yaml' | 'script'
  /** The first line. */
  readonly header: string
  readonly bytes: number
  /** The names at the top level of the document, in order. */
  readonly keys: readonly string[]
  /** What is allowed, but probably not meant. */
  readonly warnings: readonly string[]
}

/**
 * Checks that a node will accept a text as its cloud config: size, header and YAML. No message repeats a value, which may
 * be a password.
 *
 * @param name - what the text is called in messages. Default `The cloud config`
 * @throws KairosError `cloud-config/too-large`, `cloud-config/no-header`, `cloud-config/not-yaml` (with line and column)
 */
export function checkCloudConfig(text: string, name = 'The cloud config'): CloudConfigCheck {
  const bytes = Buffer.byteLength(text)
  if (bytes >= CLOUD_CONFIG_MAX_BYTES) {
    throw new KairosError(
      'cloud-config/too-large',
      `${name} has ${bytes.toLocaleString('en')} bytes; Kairos skips config files of ${CLOUD_CONFIG_MAX_BYTES.toLocaleString('en')} and more.`,
      { hint: 'Move large files out of it, for example to a bundle or a URL that the config names.' },
    )
  }
  const header = checkHeader(text, name)
  if (header.startsWith('#!')) return { kind: 'script', header, bytes, keys: [], warnings: [] }
  const keys = parseSettings(text, name).map(({ key }) => String(isScalar(key) ? key.value : key))
  const warnings = keys.length === 0 ? [`${name} has a header but no settings.`] : []
  return { kind: 'yaml', header, bytes, keys, warnings }
}

function checkHeader(text: string, name: string): string {
  const line = /^[^\r\n]*/.exec(text)?.[0] ?? ''
  const header = line.trimEnd()
  if (YAML_HEADERS.includes(header) || header.startsWith('#!')) return header
  const found =
    text.trim() === ''
      ? 'it is empty'
      : line.startsWith('\ufeff')
        ? 'it starts with a byte order mark'
        : line.trim() === ''
          ? 'its first line is empty'
          : 'its first line is something else'
  throw new KairosError('cloud-config/no-header', `${name} must start with the line #cloud-config; ${found}.`, {
    hint: line.startsWith('\ufeff')
      ? 'Save it as UTF-8 without a byte order mark.'
      : 'Put #cloud-config, with nothing before or after it, into the first line. Kairos ignores files without it.',
  })
}
