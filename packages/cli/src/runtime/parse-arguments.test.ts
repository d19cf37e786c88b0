import { describe, expect, it } from 'vitest'
import { sampleProgram } from '../testing/sample-program.js'
import { ArgumentProblem } from './argument-problem.js'
import { parseArguments } from './parse-arguments.js'

const program = sampleProgram()

function argsOf(...argv: string[]): Readonly<Record<string, unknown>> {
  const parsed = parseArguments(program, argv)
  if (parsed.kind !== 'command') throw new Error(`a command was expected, found ${parsed.kind}`)
  return parsed.args
}

function problemOf(...argv: string[]): ArgumentProblem {
  try {
    parseArguments(program, argv)
  } catch (error) {
    if (error instanceof ArgumentProblem) return error
    throw error
  }
  throw new Error('a problem was expected, none was found')
}

describe('parseArguments', () => {
  it('keeps arguments that look like numbers as text', () => {
    expect(argsOf('send', '123', '0x10', '1e3', '--file', '007').what).toEqual(['123', '0x10', '1e3'])
    expect(argsOf('send', '--file', '007').file).toBe('007')
    expect(argsOf('box', 'open', '42').name).toBe('42')
  })

  it('takes one value for each repeated option and leaves the arguments behind it alone', () => {
    const args = argsOf('send', '--to', 'A', 'x', '--to', 'B,C', 'y', '--file', 'f')
    expect(args).toMatchObject({ to: ['A', 'B,C'], what: ['x', 'y'] })
  })

  it('takes no- for a part of the name', () => {
    expect(argsOf('send', '--file', 'f', '--no-wait').noWait).toBe(true)
    expect(argsOf('send', '--file', 'f').noWait).toBe(false)
    expect(problemOf('send', '--file', 'f', '--wait').message).toBe('There is no option --wait.')
  })

  it('takes - for a value and for an argument', () => {
    expect(argsOf('send', '--file', '-').file).toBe('-')
    expect(argsOf('box', 'open', '-').name).toBe('-')
    expect(argsOf('send', 'a', '-', '--file', 'f', '--to', '-')).toMatchObject({ what: ['a', '-'], to: ['-'] })
  })

  it('takes everything after -- for arguments', () => {
    expect(argsOf('send', 'a', '--file', 'f', '--', '-b.png', '--c').what).toEqual(['a', '-b.png', '--c'])
    expect(argsOf('send', '--file', 'f', '--', '--', '-', '').what).toEqual(['--', '-', ''])
    expect(argsOf('box', 'open', '--', 'red').name).toBe('red')
    expect(argsOf('box', 'open', '--', '--red').name).toBe('--red')
    expect(argsOf('box', 'open', '--json', '--', '--json')).toMatchObject({ name: '--json', json: true })
    expect(problemOf('box', 'open', '--', 'red', '-b').message).toBe('box open: one argument too many.')
  })

  it('takes an empty value where it means something, and an empty argument', () => {
    expect(argsOf('send', '--file', 'f', '--note', '', '--fast', '')).toMatchObject({
      note: '',
      fast: true,
      what: [''],
    })
    expect(argsOf('send', '--file', 'f', '--note=').note).toBe('')
  })

  it('finds global options before the command', () => {
    expect(argsOf('--json', '--log-level', 'debug', 'send', '--file', 'f')).toMatchObject({
      json: true,
      logLevel: 'debug',
    })
  })

  it('names the nearest option for a mistyped one, and never the value behind it', () => {
    const problem = problemOf('send', '--flie', 'SECRET')
    expect(problem.message).toBe('There is no option --flie.')
    expect(problem.hint).toBe('Did you mean --file?')
    expect(problemOf('send', '-f', 'x').message).toBe('There is no option -f.')
    expect(problemOf('send', '--constructor', '1').message).toBe('There is no option --constructor.')
    expect(problemOf('send', '--__proto__.x=1').message).toBe('There is no option --__proto__.x.')
  })

  it('names the nearest command, and does not repeat what may be a token', () => {
    expect(problemOf('sned')).toMatchObject({
      message: 'sample has no command "sned".',
      hint: 'Did you mean: sample send',
    })
    expect(problemOf('box', 'opne').hint).toBe('Did you mean: sample box open')
    expect(problemOf('S'.repeat(600)).message).toBe('sample has no command like this one.')
  })

  it.each([
    [['send'], '--file is required.', 'For example: sample send a --file b'],
    [['send', '--file'], '--file needs a value.', undefined],
    [['send', '--file', '--fast'], '--file needs a value.', undefined],
    [['send', '--file', '--', 'a'], '--file needs a value.', undefined],
    [
      ['send', '--file', 'f', '--fast=yes'],
      '--fast stands alone, or with =true or =false; another value found.',
      undefined,
    ],
    [['send', '--file', ''], 'The value of --file is empty.', undefined],
    [['send', '--file='], 'The value of --file is empty.', undefined],
    [['send', '--file', 'f', '--to', 'a', '--to', '', 'x'], 'The value of --to is empty.', undefined],
    [['--log-level', '', 'send', '--file', 'f'], 'The value of --log-level is empty.', undefined],
    [['send', '--file', 'a', '--file', 'b'], '--file is given more than once.', undefined],
    [['send', '--file', 'a', '--times', '1', '--times', '2'], '--times is given more than once.', undefined],
    [['send', '--file', 'a', '--mood', 'sad'], '--mood cannot be "sad". Choose one of "good", "bad".', undefined],
    [['send', '--file', 'a', '--mood', '-'], '--mood cannot be "-". Choose one of "good", "bad".', undefined],
    [['send', '--file', 'a', '--fast', '--slow'], '--fast and --slow cannot be used together.', undefined],
    [['box', 'open'], 'An argument is missing: open <name>', 'For example: sample box open red'],
    [['box', 'open', 'a', 'SECRET'], 'box open: one argument too many.', 'It is used as: box open <name>'],
  ])('says of %j what is wrong', (argv, message, hint) => {
    const problem = problemOf(...argv)
    expect(problem.message).toBe(message)
    if (hint !== undefined) expect(problem.hint).toBe(hint)
  })

  it('explains the program when nothing is asked for', () => {
    const parsed = parseArguments(program, [])
    expect(parsed).toMatchObject({ kind: 'nothing' })
    expect(parseArguments(program, ['box'])).toMatchObject({
      kind: 'nothing',
      help: expect.stringContaining('box open'),
    })
  })

  it('teaches a command by its help, by whatever words it is asked for', () => {
    const expected = `Usage: sample send [what|which..] [options]

Send something

In detail.

Positionals:
  what, which  What to send

Options:
      --file     A file (required)
      --to       To whom
      --mood     How (one of good, bad)
      --fast     Quickly
      --slow     Slowly
      --no-wait  At once
      --times    How often (default 1)
      --note     What to write on it

Global options:
  -h, --help       Show help
      --version    Show version number
      --json       Print one JSON object a line to standard output, for programs
      --log-level  How much is told on standard error while it works (one of
                   silent, error, warn, info, debug; default info)
      --verbose    Show with an error what caused it and where

Examples:
  sample send a --file b
      send a

Exit codes:
    0  done
    1  a mistake of this program
    2  an argument or option is missing, unknown or cannot be used
    4  an input does not exist, is a directory or cannot be read
   11  the result could not be written
  129  stopped because its terminal was closed (SIGHUP)
  130  stopped by Ctrl-C (SIGINT)
  143  stopped by SIGTERM
`
    for (const argv of [
      ['send', '--help'],
      ['send', '-h'],
      ['help', 'send'],
      ['send', 'x', '--help', '--file', 'f'],
    ]) {
      expect(parseArguments(program, argv)).toEqual({ kind: 'text', text: expected })
    }
  })

  it('breaks long examples so that they can be copied', () => {
    const describe = 'many values'
    const examples = [[`sample send a ${'--to somebody '.repeat(8)}--file b`, describe]] as const
    const long = { ...program, examples }
    const { text } = parseArguments(long, ['--help']) as { text: string }
    const values = (count: number) => Array(count).fill('--to somebody').join(' ')
    expect(text).toContain(`Examples:\n  sample send a ${values(4)} \\\n    ${values(4)} --file b\n      many values\n`)
  })

  it('tells its version', () => {
    expect(parseArguments(program, ['--version'])).toEqual({ kind: 'text', text: '1.2.3\n' })
  })
})
