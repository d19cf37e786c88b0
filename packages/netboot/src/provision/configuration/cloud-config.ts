import type { Readable } from 'node:stream'
import { CLOUD_CONFIG_MAX_BYTES, describeLocation, KairosError, readText } from '@kairos-sdk/core'
import { mergeSettings, type Settings } from '@kairos-sdk/core/settings'
import { type RenderedCloudConfig, renderCloudConfig } from '@kairos-sdk/core/template'

/** A cloud config as it was given, to be rendered for all machines or for one. */
export interface CloudConfigTemplate {
  /** What it is called in messages. */
  readonly name: string
  /** With its templates. May hold secrets. */
  readonly template: string
  /**
   * Fills in the templates and checks the result.
   *
   * @param values - of one machine, over those of the configuration
   * @throws KairosError `template/invalid`, and those of `checkCloudConfig`
   */
  render(values?: Settings): RenderedCloudConfig
}

/**
 * Takes a cloud config from where it is: the text itself (more than one line, or a line that only a cloud config begins
 * with), a path, a URL, or `-`.
 *
 * @param values - of the configuration
 * @throws KairosError those of `readText`
 */
export async function openCloudConfig(
  given: string,
  { values, isLocation, ...options }: CloudConfigOptions,
): Promise<CloudConfigTemplate> {
  const isInline = !isLocation && (given.includes('\n') || /^#(cloud-config|kairos-config|node-config|!)/.test(given))
  const name = isInline ? 'cloud_config' : describeLocation(given)
  // A template may be longer than what comes out of it.
  const template = isInline ? given : await readText(given, { ...options, maxBytes: 4 * CLOUD_CONFIG_MAX_BYTES })
  return {
    name,
    template,
    render: (own = {}) => renderCloudConfig(template, mergeSettings(values, own), name),
  }
}

interface CloudConfigOptions {
  readonly values: Settings
  /** It comes from an option that takes no text itself. */
  readonly isLocation: boolean
  readonly signal?: AbortSignal | undefined
  readonly stdin?: Readable
}

/** Only one of two can be read from standard input. */
export function checkStdinUse(file: string | undefined, cloudConfig: string | undefined): void {
  if (file !== '-' || cloudConfig !== '-') return
  throw new KairosError(
    'argument/invalid',
    'Both the configuration and the cloud config are to come from standard input.',
    {
      hint: 'Put one of them into a file.',
    },
  )
}
