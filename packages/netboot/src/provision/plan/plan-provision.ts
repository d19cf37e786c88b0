import { KairosError } from '@kairos-sdk/core'
import type { ReadConfiguration } from '../configuration/index.js'
import type { Plan, PlanOptions } from './plan.js'

/**
 * Makes a plan of a configuration. Reads the table of machines and renders the cloud config of each; nothing is downloaded,
 * written or served, no port is opened.
 *
 * @throws KairosError `configuration/unsupported` for what a release cannot have, `configuration/invalid`,
 *   `template/invalid`, `cloud-config/*`, `argument/invalid`, `input/*` for the table and directories that are not there
 */
export async function planProvision(_read: ReadConfiguration, _options: PlanOptions = {}): Promise<Plan> {
  throw new KairosError('internal', 'Not there yet.')
}
