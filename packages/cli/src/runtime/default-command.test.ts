import { describe, expect, it } from 'vitest'
import { sampleProgram, sampleWithDefault } from '../testing/sample-program.js'
import { ArgumentProblem } from './argument-problem.js'
import { nameOf } from './command.js'
import { candidates } from './completion/candidates.js'
import { withDefaultCommand } from './default-command.js'
import { parseArguments } from './parse-arguments.js'

const program = sampleWithDefault()

function parse(...argv: string[]) {
  const parsed = parseArguments(program, argv)
  if (parsed.kind !== 'command') throw new Error(`a command was expected, found ${parsed.kind}`)
  return { ...parsed.args, command: nameOf(parsed.command) } as Record<string, unknown>
}

describe('the default command', () => {
  it.each([
    [['a.yaml', '--set', 'x=1'], 'a.yaml', ['x=1']],
    [['--set', 'x=a,b=c', '--set=y=2', 'a.yaml'], 'a.yaml', ['x=a,b=c', 'y=2']],
    [['--set', 'x=1'], undefined, ['x=1']],
    [['--json', '--log-level', 'debug', 'a.yaml'], 'a.yaml', undefined],
    [['--log-level=debug', '--set', 'send'], undefined, ['send']],
    [['https://example.com/a.yaml'], 'https://example.com/a.yaml', undefined],
    [['./send'], './send', undefined],
    [['send.yaml'], 'send.yaml', undefined],
    [['recipe'], 'recipe', undefined],
    [['-'], '-', undefined],
  ])('is meant by %j, as with its name', (argv, recipe, set) => {
    for (const words of [argv, ['make', ...argv]]) {
      const args = parse(...words)
      expect([args.command, args.recipe, args.set]).toEqual(['make', recipe, set])
    }
  })

  it('leaves commands that are named alone', () => {
    expect(parse('send', '--file', 'f').command).toBe('send')
    expect(parse('--json', 'box', 'open', 'red').command).toBe('open')
    expect(parseArguments(program, ['box'])).toMatchObject({ kind: 'nothing' })
  })

  it('is not what somebody means who mistypes a command', () => {
    expect(() => parse('sned')).toThrow(
      new ArgumentProblem('sample has no command "sned".', 'Did you mean: sample send'),
    )
  })

  it('names its nearest option for a mistyped one', () => {
    expect(() => parse('--sett', 'x=1')).toThrow(expect.objectContaining({ hint: 'Did you mean --set?' }))
  })

  it.each([[['--help']], [['-h']], [['help']], [['--json', '--help']]])('is said first by %j', (argv) => {
    const parsed = parseArguments(program, argv)
    expect(parsed).toMatchObject({
      kind: 'text',
      text: expect.stringMatching(
        /Usage: sample \[recipe\] \[options\]\nor: {4}sample <command>\n\nCommands:\n {2}sample make/,
      ),
    })
  })

  it('has a help of its own', () => {
    const expected = expect.stringContaining(
      'Usage: sample make [recipe] [options]\nor:    sample [recipe] [options]\n',
    )
    for (const argv of [
      ['make', '--help'],
      ['help', 'make'],
      ['a.yaml', '--help'],
      ['--set', 'x=1', '-h'],
    ]) {
      expect(parseArguments(program, argv)).toEqual({ kind: 'text', text: expected })
    }
  })

  it('runs only when something is said; else the program explains itself', () => {
    expect(parseArguments(program, [])).toMatchObject({ kind: 'nothing', help: expect.stringContaining('sample make') })
    expect(parseArguments(program, ['--json'])).toMatchObject({ kind: 'nothing' })
    expect(parseArguments(program, ['--version'])).toEqual({ kind: 'text', text: '1.2.3\n' })
  })

  it('is no matter of programs without one', () => {
    expect(withDefaultCommand(sampleProgram(), ['a.yaml'])).toEqual(['a.yaml'])
  })
})

describe('completion of the default command', () => {
  const wordsOf = (...line: string[]) => candidates(program, line).words.map(({ word }) => word)

  it('offers commands and files for the first word, and its options', () => {
    expect(candidates(program, [''])).toMatchObject({ files: true })
    expect(wordsOf('')).toEqual(['make', 'send', 'box'])
    expect(wordsOf('--s')).toEqual(['--set'])
    expect(wordsOf('--json', '--s')).toEqual(['--set'])
  })

  it('goes on behind its first word or option', () => {
    expect(wordsOf('a.yaml', '--s')).toEqual(['--set'])
    expect(candidates(program, ['--set', ''])).toEqual({ words: [], files: false })
    expect(candidates(program, ['--set', 'x=1', 'a'])).toEqual({ words: [], files: true })
    expect(candidates(program, ['a.yaml', ''])).toEqual({ words: [], files: false })
  })

  it('offers nothing of it behind a group', () => {
    expect(candidates(program, ['box', ''])).toMatchObject({ words: [{ word: 'open' }], files: false })
    expect(wordsOf('box', '--s')).toEqual([])
  })
})
