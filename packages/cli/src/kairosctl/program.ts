import type { Program } from '../runtime/command.js'
import { completionCommand } from '../runtime/completion/completion-command.js'
import { packageVersion } from '../runtime/package-version.js'
import { auroraboot } from './commands/auroraboot.js'
import { qr } from './commands/qr.js'
import { receive } from './commands/receive.js'
import { register } from './commands/register.js'
import { tokenGenerate } from './commands/token-generate.js'
import { tokenKeys } from './commands/token-keys.js'
import { tokenShow } from './commands/token-show.js'
import { validate } from './commands/validate.js'
import { sdk as realSdk, type Sdk } from './sdk.js'

/** kairosctl as data. @param sdk - what its commands call; tests give a fake */
export function kairosctlProgram(sdk: Sdk = realSdk): Program<Sdk> {
  return {
    name: 'kairosctl',
    version: packageVersion(),
    describe: 'Registers machines with Kairos: sends a cloud config to those that show a QR code.',
    examples: [
      ['kairosctl register --config config.yaml', 'register the machine whose code is on this screen'],
      ['kairosctl register node.png --config config.yaml', 'by a picture of its code'],
    ],
    commands: [
      register,
      receive,
      {
        command: 'token',
        describe: 'Make tokens and look into them',
        commands: [tokenGenerate, tokenShow, tokenKeys],
      },
      qr,
      validate,
      auroraboot,
      completionCommand('kairosctl'),
    ],
    sdk,
  }
}
