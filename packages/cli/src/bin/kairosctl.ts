#!/usr/bin/env node
import { nodeVersionProblem } from '../runtime/node-version.js'

const problem = nodeVersionProblem(process.versions.node)
if (problem) {
  process.stderr.write(problem)
  process.exitCode = 1
} else {
  const { kairosctl } = await import('../kairosctl/main.js')
  process.exitCode = await kairosctl(process.argv.slice(2))
}
