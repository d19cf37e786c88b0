import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import { networkOf, networkOptions } from '../options/network-options.js'
import { timeoutOption } from '../options/timeout-option.js'
import type { Sdk } from '../sdk.js'

export const register: Command<Sdk> = command({
  command: 'register [token|image..]',
  describe: 'Register machines by their QR codes',
  details: [
    'Sends a cloud config to machines that wait for one and show a QR code, over the local network or the internet.',
    'Each argument is a token (the text under the QR code) or a picture of the code: a screenshot, a photo, a screen dump of a virtual machine, also by URL. Without one, the displays of this computer are looked at. All machines that are found are registered at once.',
    'The cloud config is checked first. Nothing is sent when it, or one of the arguments, cannot be used.',
  ],
  positionals: {
    token: { type: 'string', array: true, describe: 'Tokens, or pictures of QR codes', completes: 'file' },
  },
  options: {
    config: {
      type: 'string',
      demandOption: true,
      describe: 'Cloud config to send: a file, a URL, or - for standard input',
      completes: 'file',
      requiresArg: true,
    },
    device: {
      type: 'string',
      describe: 'Disk to install on, for example /dev/sda; everything on it is lost',
      completes: 'file',
      requiresArg: true,
    },
    reboot: { type: 'boolean', describe: 'Restart the machine when it is installed', conflicts: 'poweroff' },
    poweroff: { type: 'boolean', describe: 'Turn the machine off when it is installed' },
    timeout: {
      ...timeoutOption,
      describe:
        'Give up after this time, for example 90s, 10m or 1h30m; with --watch it counts anew when a code is found',
    },
    watch: { type: 'boolean', default: false, describe: 'Keep looking at the displays until a code appears' },
    ...networkOptions,
  },
  examples: [
    ['kairosctl register --config config.yaml', 'the machine whose code is on this screen'],
    ['kairosctl register --reboot --device /dev/sda --config config.yaml', 'the same, with the disk to install on'],
    ['kairosctl register node.png --config config.yaml', 'by a picture of its code'],
    ['kairosctl register a.png b.png --config https://example.com/c.yaml', 'two machines at once'],
    ['kairosctl register "$TOKEN" --config - --no-dht < config.yaml', 'by its token, on the local network only'],
  ],
  exits: ['cloudConfig', 'input', 'token', 'picture', 'noCode', 'noMachine', 'notAcknowledged', 'network'],
  async run(args, context) {
    const network = networkOf(args, context.reporter)
    const { findMachines, readPayload, sendToAll } = await import('../registration/index.js')
    const payload = await readPayload(args, context)
    const timeoutMs = args.timeout
    const machines = await findMachines(args.token ?? [], { watch: args.watch, timeoutMs }, context)
    await sendToAll(machines, payload, { timeoutMs, network }, context)
  },
})
