import type { Io } from './io.js'
import { nodeVersionProblem } from './node-version.js'

/**
 * Runs a program as this process, and ends it.
 *
 * @param load - loads the program; not before it is known that this Node can run it
 */
export async function start(load: () => Promise<(argv: readonly string[], io: Io) => Promise<number>>): Promise<void> {
  const problem = nodeVersionProblem(process.versions.node)
  if (problem) {
    process.stderr.write(problem)
    process.exitCode = 1
    return
  }
  const [program, { processIo }] = await Promise.all([load(), import('./io.js')])
  const exitCode = await program(process.argv.slice(2), processIo())
  // A stopped libp2p node leaves timers behind that run for another second. Nobody should have to wait for them.
  process.exit(exitCode)
}
