import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import { parseInterval } from '../options/interval.js'
import type { Sdk } from '../sdk.js'

export const tokenGenerate: Command<Sdk> = command({
  command: 'generate',
  describe: 'Make a token for a new network',
  details: ['Prints an EdgeVPN token. Whoever has it can join the network: keep it like a password.'],
  options: {
    interval: {
      coerce: parseInterval,
      default: '9000',
      describe: 'Seconds after which the keys rotate, or never (as for pairing)',
      completes: 'nothing',
      requiresArg: true,
    },
  },
  examples: [
    ['kairosctl token generate', 'a token for a network that is to stay'],
    ['kairosctl token generate --interval never', 'one to pair with, as a node makes it'],
  ],
  exits: [],
  async run({ interval }, { reporter }) {
    const { encodeToken, generateToken } = await import('@kairos-sdk/core')
    const token = generateToken({ interval })
    const text = encodeToken(token)
    reporter.answer({ token: text, fingerprint: token.fingerprint }, `${text}\n`)
  },
})
