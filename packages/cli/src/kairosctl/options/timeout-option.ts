import type { OptionDefinition } from '../../runtime/command.js'
import { parseDuration } from '../../runtime/duration.js'

export const timeoutOption = {
  coerce: (text: string) => parseDuration(text, '--timeout'),
  default: '10m',
  describe: 'Give up after this time, for example 90s, 10m or 1h30m',
  completes: 'nothing',
  requiresArg: true,
} as const satisfies OptionDefinition
