import type { Readable } from 'node:stream'
import { describeLocation, KairosError, readText } from '@kairos-sdk/core'
import { mergeSettings, type Settings } from '@kairos-sdk/core/settings'
import type { RenderedCloudConfig } from '@kairos-sdk/core/template'
import { type CloudConfigTemplate, checkStdinUse, openCloudConfig } from './cloud-config.js'
import { checkEntries, completeConfiguration } from './complete.js'
import type { Configuration } from './configuration.js'
import type { Entry } from './entry.js'
import { readAssignments } from './read-assignments.js'
import { readConfigurationFile } from './read-file.js'

/** Larger ones are not configurations. The cloud config may be within. */
const MAX_FILE_BYTES = 8 * 2 ** 20

export interface ReadConfigurationOptions {
  /** Path, `http(s)` URL, or `-` for standard input. */
  readonly file?: string | undefined
  /** The text of a configuration, in place of a file. */
  readonly text?: string | undefined
  /** `key=value`, the last of two for one key counting. */
  readonly set?: readonly string[]
  /** Path, URL or `-` of the cloud config. */
  readonly cloudConfig?: string | undefined
  /** What `-` stands for. Default: the process's standard input. */
  readonly stdin?: Readable
  readonly signal?: AbortSignal | undefined
}

export interface ReadConfiguration {
  readonly configuration: Configuration
  /** Every key with its value or default, under its canonical name (`state_dir`, `iso.overlay_iso`), without the cloud config. */
  readonly keys: Settings
  /** What templates can use: the keys, and every `--set` under the name as it was written. */
  readonly templateValues: Settings
  /** Undefined where none was given. */
  readonly cloudConfig: CloudConfigTemplate | undefined
  /**
   * The cloud config for all machines. Undefined where none was given, and where it cannot be rendered without the values
   * of a machine and there is a table of machines.
   */
  readonly rendered: RenderedCloudConfig | undefined
  readonly warnings: readonly string[]
}

/**
 * Reads what a provisioning run is to do. Of two values for one key `set` counts before `cloudConfig`, before the file,
 * before the defaults. The cloud config's templates are filled in and the result is checked.
 *
 * In errors and warnings there are names of keys and places, never values: any of them may be secret.
 *
 * @throws KairosError `configuration/invalid` (unknown keys with the nearest known one, wrong types, missing keys; with
 *   line and column), `configuration/unsupported`, `argument/invalid`, `template/invalid`, and those of `readText` and
 *   `checkCloudConfig`
 */
export async function readConfiguration(options: ReadConfigurationOptions): Promise<ReadConfiguration> {
  const { file, text, set = [], cloudConfig: cloudConfigOption, signal } = options
  if (file !== undefined && text !== undefined) {
    throw new KairosError('argument/invalid', 'A configuration is given both as a file and as text.')
  }
  const input = { signal, ...(options.stdin && { stdin: options.stdin }) }
  const assigned = readAssignments(set)
  checkStdinUse(file, cloudConfigOption)
  const name = file === undefined ? 'The configuration' : describeLocation(file)
  const fileText = file === undefined ? text : await readText(file, { ...input, maxBytes: MAX_FILE_BYTES })
  const inFile =
    fileText === undefined ? { entries: [], warnings: [] } : readConfigurationFile(withoutMark(fileText), name)
  const given: Entry[] = cloudConfigOption
    ? [{ path: 'cloud_config', key: 'cloud_config', value: cloudConfigOption, place: '--cloud-config' }]
    : []
  const entries = [...inFile.entries, ...given, ...assigned.entries]
  const { cloud_config: location, ...checked } = checkEntries(entries)
  const { configuration, warnings } = completeConfiguration(checked)
  const keys = mergeSettings(JSON.parse(JSON.stringify(checked)))
  const values = mergeSettings(keys, assigned.templateValues)
  if (location) checkStdinUse(file, location)
  const isLocation = entries.findLast(({ path }) => path === 'cloud_config')?.place === '--cloud-config'
  const cloudConfig = location ? await openCloudConfig(location, { ...input, values, isLocation }) : undefined
  const rendered = cloudConfig && renderForAll(cloudConfig, configuration)
  return {
    configuration,
    keys,
    templateValues: values,
    cloudConfig,
    rendered: rendered?.rendered,
    warnings: [...inFile.warnings, ...assigned.warnings, ...warnings, ...(rendered?.warnings ?? [])],
  }
}

/** Windows editors begin files with a byte order mark, which YAML would take. */
function withoutMark(text: string): string {
  return text.replace(/^\ufeff/, '')
}

/** Where there is a table of machines, values may be missing that only machines have. */
function renderForAll(
  cloudConfig: CloudConfigTemplate,
  { machines }: Configuration,
): { rendered: RenderedCloudConfig | undefined; warnings: readonly string[] } {
  try {
    const rendered = cloudConfig.render()
    return { rendered, warnings: rendered.warnings }
  } catch (error) {
    if (machines === undefined || !KairosError.is(error, 'template/invalid')) throw error
    return { rendered: undefined, warnings: [`Only machines of the table get a cloud config. ${error.message}`] }
  }
}
