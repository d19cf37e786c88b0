import type { OptionDefinition } from '../../runtime/command.js'

export const revealOption = {
  type: 'boolean',
  default: false,
  describe: 'Print the secrets too',
} as const satisfies OptionDefinition
