import type { OptionDefinition, PositionalDefinition } from '../runtime/command.js'

export const imagePositional = {
  type: 'string',
  demandOption: true,
  describe: 'ISO image: a file, or an http(s) URL, of which only what is needed is read',
  completes: 'file',
} as const satisfies PositionalDefinition

export const outputPositional = {
  type: 'string',
  demandOption: true,
  describe: 'File to write',
  completes: 'file',
} as const satisfies PositionalDefinition

export const cloudConfigOption = {
  type: 'string',
  describe: 'Cloud config for /config.yaml: a file, a URL, or - for standard input',
  completes: 'file',
  requiresArg: true,
} as const satisfies OptionDefinition

export const noChecksumOption = {
  type: 'boolean',
  default: false,
  describe: 'Do not compute the SHA-256 of the result',
} as const satisfies OptionDefinition

/** An option whose value is a file. */
export const fileOption = (describe: string) =>
  ({ type: 'string', describe, completes: 'file', requiresArg: true }) as const satisfies OptionDefinition

/** An option whose value is arguments of a kernel, or none. */
export const kernelArgumentsOption = (describe: string) =>
  ({
    type: 'string',
    describe,
    completes: 'nothing',
    requiresArg: true,
    mayBeEmpty: true,
  }) as const satisfies OptionDefinition

/** An option whose value is any text. */
export const textOption = (describe: string) =>
  ({ type: 'string', describe, completes: 'nothing', requiresArg: true }) as const satisfies OptionDefinition
