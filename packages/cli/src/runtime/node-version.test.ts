import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { nodeVersionProblem } from './node-version.js'

describe('nodeVersionProblem', () => {
  it.each(['22.19.0', '22.21.1', '24.0.0', '24.21.0'])('has nothing against Node.js %s', (version) => {
    expect(nodeVersionProblem(version)).toBeUndefined()
  })

  it.each(['18.20.0', '20.19.5', '22.18.9'])('says of %s what is needed instead', (version) => {
    expect(nodeVersionProblem(version)).toContain(`Node.js 22.19 or newer is needed, this is ${version}.`)
  })

  it('needs what the package says that it needs', async () => {
    const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
    expect(JSON.parse(text).engines.node).toBe('>=22.19')
  })
})
