import type { ArgumentsCamelCase, InferredOptionTypes } from 'yargs'
import type { OptionDefinition } from './command.js'
import { LogLevels } from './reporter/log-level.js'

const group = 'Global options:'

/** What every command of every program understands. */
export const globalOptions = {
  json: {
    type: 'boolean',
    default: false,
    describe: 'Print one JSON object a line to standard output, for programs',
    group,
  },
  'log-level': {
    choices: LogLevels,
    default: 'info',
    describe: 'How much is told on standard error while it works',
    requiresArg: true,
    group,
  },
  verbose: {
    type: 'boolean',
    default: false,
    describe: 'Show with an error what caused it and where',
    group,
  },
} as const satisfies Record<string, OptionDefinition>

export type GlobalArguments = ArgumentsCamelCase<InferredOptionTypes<typeof globalOptions>>
