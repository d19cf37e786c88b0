import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import { revealOption } from '../options/reveal-option.js'
import type { Sdk } from '../sdk.js'

export const tokenShow: Command<Sdk> = command({
  command: 'show <token|image>',
  describe: 'Say what is in a token',
  details: [
    'Takes the token itself or a picture of its QR code. Keys and the token are printed only with --reveal: whoever sees them can join the network.',
  ],
  positionals: {
    token: { type: 'string', demandOption: true, describe: 'Token, or picture of a QR code', completes: 'file' },
  },
  options: { reveal: revealOption },
  examples: [
    ['kairosctl token show node.png', 'what is in the code of this picture'],
    ['kairosctl token show node.png --reveal', 'the token itself too'],
  ],
  exits: ['input', 'token', 'picture', 'noCode'],
  async run(args, context) {
    const [{ machinesOfArgument }, { tokenData, tokenText }] = await Promise.all([
      import('../machines/machines-of-arguments.js'),
      import('../token-description.js'),
    ])
    const now = Math.floor(Date.now() / 1_000)
    for (const [index, { token }] of (await machinesOfArgument(args.token, context)).entries()) {
      const text = tokenText(token, now, args.reveal)
      context.reporter.answer(tokenData(token, now, args.reveal), index === 0 ? text : `\n${text}`)
    }
  },
})
