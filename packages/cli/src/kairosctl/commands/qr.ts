import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import type { Sdk } from '../sdk.js'

export const qr: Command<Sdk> = command({
  command: 'qr <token>',
  describe: 'Draw the QR code of a token',
  details: ['Draws it in the terminal, or writes it as a picture. The code is as secret as the token.'],
  positionals: {
    token: { type: 'string', demandOption: true, describe: 'Token', completes: 'nothing' },
  },
  options: {
    output: {
      type: 'string',
      describe: 'Write a PNG file, readable by its owner only',
      completes: 'file',
      requiresArg: true,
    },
  },
  examples: [
    ['kairosctl qr "$TOKEN"', 'in the terminal'],
    ['kairosctl qr "$TOKEN" --output code.png', 'as a picture'],
  ],
  exits: ['token', 'output'],
  async run({ token: text, output }, context) {
    const [{ decodeToken, encodeToken }, { adviceOnSize, drawCode, writeQrPng }] = await Promise.all([
      import('@kairos-sdk/core'),
      import('../show-token.js'),
    ])
    const { io, reporter } = context
    const token = decodeToken(text)
    const data = { fingerprint: token.fingerprint }
    if (output !== undefined) {
      await writeQrPng(token, output, context)
      reporter.note(`Written to ${output}.`)
      return reporter.answer({ ...data, output }, '')
    }
    const code = await drawCode(encodeToken(token), io.stdout, context)
    reporter.draw({ ...data, code }, code)
    const advice = adviceOnSize(code, io.stdout)
    if (advice) reporter.warn(advice)
  },
})
