import { commandFor } from '../runtime/command.js'
import type { Sdk } from './sdk.js'

/** Makes a command of kairosctl. */
export const command = commandFor<Sdk>()
