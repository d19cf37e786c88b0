import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { shellWord } from './shell-word.js'

it('leaves ordinary paths as they are', () => expect(shellWord('../a/kairos-v1.2.iso')).toBe('../a/kairos-v1.2.iso'))

it.skipIf(process.platform === 'win32')('gives a shell back the word that it was made from', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }).filter((word) => !word.includes('\0')),
      (word) => {
        expect(execFileSync('sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' })).toBe(word)
      },
    ),
    { numRuns: 50, examples: [["it's"], ['a b'], ['$HOME'], ['\\']] },
  )
})
