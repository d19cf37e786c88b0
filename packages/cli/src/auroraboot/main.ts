import type { Io } from '../runtime/io.js'
import { runProgram } from '../runtime/run-program.js'
import { aurorabootProgram } from './program.js'

/**
 * Runs auroraboot.
 *
 * @param argv - the arguments, without `node` and the script
 * @param io - streams, environment and signals; `processIo()` gives those of the process
 * @returns the exit code; docs/cli.md says what each means
 */
export async function auroraboot(argv: readonly string[], io: Io): Promise<number> {
  return runProgram(aurorabootProgram(), argv, io)
}
