import { ArgumentProblem } from '../argument-problem.js'
import { type Command, commandFor } from '../command.js'
import { completionScript, Shells } from './scripts.js'

/** The command that prints the script by which a shell completes the program's words. */
export function completionCommand<Sdk>(program: string): Command<Sdk> {
  return commandFor<Sdk>()({
    command: 'completion [shell]',
    describe: 'Print a script for shell completion',
    details: ['Without an argument, for the shell that $SHELL names. The script says at its top where it belongs.'],
    positionals: {
      shell: { choices: Shells, describe: 'Shell to complete in', completes: 'nothing' },
    },
    examples: [
      [`source <(${program} completion bash)`, 'in ~/.bashrc'],
      [`${program} completion zsh > ~/.zfunc/_${program}`, 'where ~/.zfunc is in $fpath'],
      [`${program} completion fish > ~/.config/fish/completions/${program}.fish`, ''],
    ],
    exits: [],
    async run(args, { io, reporter }) {
      const shell = args.shell ?? Shells.find((known) => io.env.SHELL?.endsWith(known))
      if (!shell) {
        throw new ArgumentProblem('$SHELL names no shell that can be completed in.', `Name one: ${Shells.join(', ')}`)
      }
      const script = completionScript(shell, program)
      reporter.answer({ shell, script }, script)
    },
  })
}
