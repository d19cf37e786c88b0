import { KairosError } from '@kairos-sdk/core'
import { type ReadConfigurationOptions, readConfiguration } from '../read-configuration.js'

/** What is said of a configuration that is not taken. */
export async function refusal(options: ReadConfigurationOptions): Promise<KairosError> {
  try {
    await readConfiguration(options)
  } catch (error) {
    if (KairosError.is(error)) return error
    throw error
  }
  throw new Error('the configuration was taken')
}
