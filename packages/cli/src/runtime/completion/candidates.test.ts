import { describe, expect, it } from 'vitest'
import { sampleProgram } from '../../testing/sample-program.js'
import { candidates, completionLines } from './candidates.js'

const program = sampleProgram()
const wordsOf = (...line: string[]) => candidates(program, line).words.map(({ word }) => word)

describe('candidates', () => {
  it('offers commands, and those of a group', () => {
    expect(wordsOf('')).toEqual(['send', 'box'])
    expect(wordsOf('b')).toEqual(['box'])
    expect(wordsOf('box', '')).toEqual(['open'])
    expect(wordsOf('--json', '--log-level', 'info', 's')).toEqual(['send'])
  })

  it('offers the options that are left, and those that may come again', () => {
    const offered = wordsOf('send', '--file', 'x', '--to', 'y', '--fast', '--')
    expect(offered).toContain('--to')
    expect(offered).toContain('--help')
    expect(offered).not.toContain('--file')
    expect(offered).not.toContain('--fast')
    expect(wordsOf('send', '--no')).toEqual(['--no-wait', '--note'])
  })

  it('offers what the value of an option can be', () => {
    expect(wordsOf('send', '--mood', '')).toEqual(['good', 'bad'])
    expect(candidates(program, ['send', '--file', ''])).toEqual({ words: [], files: true })
    expect(candidates(program, ['send', '--to', ''])).toEqual({ words: [], files: false })
  })

  it('offers files where an argument is one, for as many as there may be', () => {
    expect(candidates(program, ['send', '']).files).toBe(true)
    expect(candidates(program, ['send', '--fast', 'a', 'b', 'c']).files).toBe(true)
    expect(candidates(program, ['box', 'open', '']).files).toBe(false)
    expect(candidates(program, ['box', 'open', 'a', ''])).toEqual({ words: [], files: false })
  })

  it('survives lines that make no sense', () => {
    expect(candidates(program, []).words).not.toEqual([])
    expect(wordsOf('nonsense', '')).toEqual(['send', 'box'])
    expect(wordsOf('--constructor', 'x', '')).toEqual(['send', 'box'])
  })
})

describe('completionLines', () => {
  it('gives a shell the words with what they mean, and a mark for files', () => {
    expect(completionLines(program, ['bo'])).toBe('box\tBoxes\n')
    expect(completionLines(program, ['send', 'x'])).toBe(':files\n')
  })
})
