#!/usr/bin/env node
import { nodeVersionProblem } from '../runtime/node-version.js'

const problem = nodeVersionProblem(process.versions.node)
if (problem) {
  process.stderr.write(problem)
  process.exitCode = 1
} else {
  const [{ kairosctl }, { processIo }] = await Promise.all([import('../kairosctl/main.js'), import('../runtime/io.js')])
  using io = processIo()
  process.exitCode = await kairosctl(process.argv.slice(2), io)
}
