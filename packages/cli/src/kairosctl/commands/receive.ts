import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import { networkOf, networkOptions } from '../options/network-options.js'
import { timeoutOption } from '../options/timeout-option.js'
import type { Sdk } from '../sdk.js'

export const receive: Command<Sdk> = command({
  command: 'receive',
  describe: 'Wait for a config, as a machine does',
  details: [
    "The machine's side of the pairing, for tests, demonstrations and installers of your own. The QR code and its text go to standard error, the config to standard output or into a file.",
    'Without --token a new one is made for this pairing only. Whoever sees the code can send a config.',
  ],
  options: {
    token: {
      type: 'string',
      describe: 'Token to pair with, instead of a new one',
      completes: 'nothing',
      requiresArg: true,
    },
    output: {
      type: 'string',
      describe: 'Write the config to this file, readable by its owner only',
      completes: 'file',
      requiresArg: true,
    },
    qr: {
      type: 'boolean',
      describe: 'Show the QR code and the token (by default for a new token; with --json only when asked for)',
      conflicts: 'no-qr',
    },
    'no-qr': { type: 'boolean', describe: 'Do not show the QR code and the token' },
    'qr-output': {
      type: 'string',
      describe: 'Write the QR code to this PNG file, readable by its owner only',
      completes: 'file',
      requiresArg: true,
    },
    timeout: timeoutOption,
    ...networkOptions,
  },
  examples: [
    ['kairosctl receive', 'show a code, wait, print the config'],
    ['kairosctl receive --output config.yaml --timeout 1h', 'write it to a file'],
    ['kairosctl receive --token "$TOKEN" --no-dht > config.yaml', 'with a token that both sides have'],
  ],
  exits: ['token', 'noMachine', 'notAcknowledged', 'network', 'output'],
  async run(args, context) {
    const { receiveConfig } = await import('../reception/index.js')
    const showToken = args.noQr ? false : args.qr
    await receiveConfig({ ...args, showToken, network: networkOf(args, context.reporter) }, context)
  },
})
