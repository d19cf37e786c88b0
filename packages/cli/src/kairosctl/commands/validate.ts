import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import type { Sdk } from '../sdk.js'

export const validate: Command<Sdk> = command({
  command: 'validate <config>',
  describe: 'Check a cloud config',
  details: ['Tells whether a node will accept it: its first line, its size and its YAML.'],
  positionals: {
    config: {
      type: 'string',
      demandOption: true,
      describe: 'Cloud config: a file, a URL, or - for standard input',
      completes: 'file',
    },
  },
  examples: [
    ['kairosctl validate config.yaml', 'a file'],
    ['kairosctl validate https://example.com/config.yaml --json', 'what a server gives, for a program'],
  ],
  exits: ['cloudConfig', 'input'],
  async run({ config }, context) {
    const { readCloudConfig } = await import('../../input/cloud-config-input.js')
    const { name, check } = await readCloudConfig(config, context)
    const { kind, header, bytes, keys, warnings } = check
    for (const warning of warnings) if (!context.reporter.json) context.reporter.warn(warning)
    const what = kind === 'script' ? `a script (${header})` : `settings under ${header}: ${keys.join(', ') || 'none'}`
    context.reporter.answer(
      { valid: true, kind, header, bytes, keys, warnings },
      `${name} is accepted: ${bytes.toLocaleString('en')} bytes, ${what}.\n`,
    )
  },
})
