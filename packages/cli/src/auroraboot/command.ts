import { type CommandContext, commandFor } from '../runtime/command.js'

/** Commands of auroraboot import the parts of the SDK that they use by themselves, when they run. */
export type Context = CommandContext<object>

/** Makes a command of auroraboot. */
export const command = commandFor<object>()
