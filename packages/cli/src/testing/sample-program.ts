import { type CommandContext, commandFor, type Program } from '../runtime/command.js'

export type SampleRun = (args: Record<string, unknown>, context: CommandContext<object>) => Promise<void> | void

/** The same, with a command that needs no name: `make [recipe]`. */
export function sampleWithDefault(run: SampleRun = () => {}): Program<object> {
  const make = commandFor<object>()({
    command: 'make [recipe]',
    describe: 'Make something',
    details: ['In detail.'],
    positionals: { recipe: { type: 'string', describe: 'What to make', completes: 'file' } },
    options: { set: { type: 'string', array: true, requiresArg: true, describe: 'How', completes: 'nothing' } },
    examples: [['sample a.yaml', 'make a']],
    exits: [],
    run: async (args, context) => run(args, context),
  })
  const sample = sampleProgram(run)
  return { ...sample, commands: [make, ...sample.commands], defaultCommand: make }
}

/** A program with every kind of argument, whose commands all do `run`. */
export function sampleProgram(run: SampleRun = () => {}): Program<object> {
  const command = commandFor<object>()
  return {
    name: 'sample',
    version: '1.2.3',
    describe: 'A program to try things on.',
    examples: [['sample send a --file b', 'send']],
    sdk: {},
    commands: [
      command({
        command: 'send [what|which..]',
        describe: 'Send something',
        details: ['In detail.'],
        positionals: { what: { type: 'string', array: true, describe: 'What to send', completes: 'file' } },
        options: {
          file: { type: 'string', demandOption: true, requiresArg: true, describe: 'A file', completes: 'file' },
          to: { type: 'string', array: true, requiresArg: true, describe: 'To whom', completes: 'nothing' },
          mood: { choices: ['good', 'bad'], requiresArg: true, describe: 'How' },
          fast: { type: 'boolean', describe: 'Quickly', conflicts: 'slow' },
          slow: { type: 'boolean', describe: 'Slowly' },
          'no-wait': { type: 'boolean', default: false, describe: 'At once' },
          times: {
            coerce: (text: string) => Number(text),
            default: '1',
            requiresArg: true,
            describe: 'How often',
            completes: 'nothing',
          },
          note: { type: 'string', requiresArg: true, describe: 'What to write on it', mayBeEmpty: true },
        },
        examples: [['sample send a --file b', 'send a']],
        exits: ['input'],
        run: async (args, context) => run(args, context),
      }),
      {
        command: 'box',
        describe: 'Boxes',
        commands: [
          command({
            command: 'open <name>',
            describe: 'Open a box',
            details: [],
            positionals: { name: { type: 'string', demandOption: true, describe: 'Which', completes: 'nothing' } },
            examples: [['sample box open red', 'open it']],
            exits: [],
            run: async (args, context) => run(args, context),
          }),
        ],
      },
    ],
  }
}
