import { ArgumentProblem } from '../../runtime/argument-problem.js'
import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import { revealOption } from '../options/reveal-option.js'
import { parseUnixTime } from '../options/unix-time.js'
import type { Sdk } from '../sdk.js'

export const tokenKeys: Command<Sdk> = command({
  command: 'keys <token>',
  describe: 'Derive the rotating keys of a token',
  details: [
    "Prints the names under which peers of the token's network meet and the key that seals their messages, as they are at one time. All of them are secrets, so --reveal is required.",
  ],
  positionals: {
    token: { type: 'string', demandOption: true, describe: 'Token, or picture of a QR code', completes: 'file' },
  },
  options: {
    at: {
      coerce: parseUnixTime,
      describe: 'Time in seconds since 1970; the default is now',
      completes: 'nothing',
      requiresArg: true,
    },
    reveal: revealOption,
  },
  examples: [
    ['kairosctl token keys "$TOKEN" --reveal', 'the keys of this moment'],
    ['kairosctl token keys "$TOKEN" --at 1700000000 --reveal --json', 'those of another time, for a program'],
  ],
  exits: ['input', 'token', 'picture', 'noCode'],
  async run(args, context) {
    if (!args.reveal) {
      throw new ArgumentProblem(
        'All that this command prints is secret.',
        'Add --reveal if nobody looks over your shoulder. Without secrets: kairosctl token show <token>',
      )
    }
    const [{ rotatingKeysAt }, { machinesOfArgument }, { nextRotationOf }] = await Promise.all([
      import('@kairos-sdk/core'),
      import('../machines/machines-of-arguments.js'),
      import('../token-description.js'),
    ])
    const at = args.at ?? Math.floor(Date.now() / 1_000)
    for (const [index, { token }] of (await machinesOfArgument(args.token, context)).entries()) {
      const { roomTopic, publicTopic, dhtRendezvous, sealKey } = rotatingKeysAt(token, at)
      const nextRotation = nextRotationOf(token, at)
      const data = { roomTopic, publicTopic, dhtRendezvous, sealKey, at, nextRotation: nextRotation ?? null }
      const lines = Object.entries(data).map(([name, value]) => `${name.padEnd(13)}  ${value ?? 'never'}\n`)
      context.reporter.answer(data, `${index === 0 ? '' : '\n'}${lines.join('')}`)
    }
  },
})
