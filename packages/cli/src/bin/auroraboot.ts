#!/usr/bin/env node
import { nodeVersionProblem } from '../runtime/node-version.js'

const problem = nodeVersionProblem(process.versions.node)
if (problem) {
  process.stderr.write(problem)
  process.exitCode = 1
} else {
  const [{ auroraboot }, { printed, processIo }] = await Promise.all([
    import('../auroraboot/main.js'),
    import('../runtime/io.js'),
  ])
  const io = processIo()
  const exitCode = await auroraboot(process.argv.slice(2), io)
  await printed()
  // A stopped libp2p node leaves timers behind that run for another second. Nobody should have to wait for them.
  process.exit(exitCode)
}
