import { COMPLETE_COMMAND } from '../runtime/completion/scripts.js'
import type { Io } from '../runtime/io.js'
import { runProgram } from '../runtime/run-program.js'
import { kairosctlProgram } from './program.js'

/**
 * Runs kairosctl.
 *
 * @param argv - the arguments, without `node` and the script
 * @param io - streams, environment and signals; `processIo()` gives those of the process
 * @returns the exit code; docs/cli.md says what each means
 */
export async function kairosctl(argv: readonly string[], io: Io): Promise<number> {
  const passedOn = argumentsForAuroraboot(argv)
  if (!passedOn) return runProgram(kairosctlProgram(), argv, io)
  const { auroraboot } = await import('../auroraboot/main.js')
  return auroraboot(passedOn, io)
}

/** What follows the word `auroraboot`, as it is: its options are not ours. */
function argumentsForAuroraboot(argv: readonly string[]): readonly string[] | undefined {
  const [first, second, third] = argv
  if (first === 'auroraboot') return argv.slice(1)
  if (first === 'help' && second === 'auroraboot') return ['help', ...argv.slice(2)]
  const completesIt = first === COMPLETE_COMMAND && second === 'auroraboot' && third !== undefined
  return completesIt ? [COMPLETE_COMMAND, ...argv.slice(2)] : undefined
}
