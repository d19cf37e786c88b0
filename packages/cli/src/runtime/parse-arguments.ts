import yargs, { type Argv } from 'yargs'
import { ArgumentProblem } from './argument-problem.js'
import { checkOptions } from './check-arguments.js'
import {
  type Command,
  type CommandGroup,
  isGroup,
  nameOf,
  type OptionDefinition,
  type Program,
  shortFormOf,
} from './command.js'
import { withDefaultCommand } from './default-command.js'
import { markArguments, unmark, unmarkArguments, withoutMarks } from './end-of-options.js'
import { globalOptions } from './global-options.js'
import { commandEpilogue, describeOption, programEpilogue } from './help-text.js'
import { nearest } from './nearest.js'

export type ParsedArguments<Sdk> =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'nothing'; readonly help: string }
  | { readonly kind: 'command'; readonly command: Command<Sdk>; readonly args: ParsedOptions }

export type ParsedOptions = { readonly [name: string]: unknown; readonly _: readonly string[] }

/** Help that looks the same in every terminal and fits the narrow ones. */
const HELP_COLUMNS = 80

/**
 * Finds out with yargs which command is called, and with what.
 *
 * @throws ArgumentProblem
 */
export function parseArguments<Sdk>(program: Program<Sdk>, argv: readonly string[]): ParsedArguments<Sdk> {
  let called: { command: Command<Sdk>; args: ParsedOptions } | undefined
  let text = ''
  const words = argv[0] === 'help' ? [...argv.slice(1), '--help'] : withDefaultCommand(program, argv)
  const parser = createParser(program, words, (command, args) => {
    called = { command, args }
  })
  const rest = parser.parse(markArguments(words), {}, (_error, _argv, output) => {
    text = output
  }) as ParsedOptions
  if (text !== '') return { kind: 'text', text: `${text}\n` }
  if (called) return { kind: 'command', ...called }
  return findMissingCommand(program, rest)
}

/** The help of the program, or of what `words` name. */
export function helpOf<Sdk>(program: Program<Sdk>, words: readonly string[]): string {
  const parsed = parseArguments(program, [...words, '--help'])
  return parsed.kind === 'text' ? parsed.text : ''
}

function createParser<Sdk>(
  program: Program<Sdk>,
  argv: readonly string[],
  onCall: (command: Command<Sdk>, args: ParsedOptions) => void,
): Argv {
  let current: Command<Sdk> | undefined
  const parser = withoutTypes(yargs())
    .scriptName(program.name)
    .usage(`${program.describe}\n\n${programUsage(program)}`)
    .parserConfiguration({
      // `--no-dht` is an option of its own: yargs would list it in the help as `--dht`.
      'boolean-negation': false,
      'dot-notation': false,
      // `--listen A B` must not swallow B, which is a token or a picture.
      'greedy-arrays': false,
      // A token or file of digits is text.
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .exitProcess(false)
    .locale('en')
    .updateStrings({
      'Argument: %s, Given: %s, Choices: %s': '--%s cannot be %s. Choose one of %s.',
      'Not enough arguments following: %s': '--%s needs a value.',
      'Arguments %s and %s are mutually exclusive': '--%s and --%s cannot be used together.',
    })
    .wrap(HELP_COLUMNS)
    .version(program.version)
    .help()
    .alias('help', 'h')
    .group(['help', 'version'], 'Global options:')
    .options(described(globalOptions, 'Global options:'))
    .epilogue(programEpilogue(program))
    .fail((message, error) => {
      throw explain(message, error, current)
    })

  const define = (target: Argv, command: Command<Sdk>, prefix: string) =>
    target.command(
      command.command,
      command.describe,
      (builder) => {
        current = command
        checkOptions(argv, command)
        return buildCommand(builder, program, command, prefix)
      },
      (args) => {
        const parsed = unmarkArguments(args as unknown as ParsedOptions)
        checkCount(parsed, command, prefix)
        onCall(command, parsed)
      },
    )
  for (const entry of program.commands) {
    if (isGroup(entry)) {
      parser.command(entry.command, entry.describe, (builder) => {
        builder.usage(`${entry.describe}\n\nUsage: $0 ${entry.command} <command>`)
        for (const command of entry.commands) define(builder, command, `${entry.command} `)
        return builder
      })
    } else define(parser, entry, '')
  }
  return parser
}

function programUsage<Sdk>(program: Program<Sdk>): string {
  const { defaultCommand } = program
  if (!defaultCommand) return 'Usage: $0 <command>'
  return `Usage: $0 ${shortFormOf(program, defaultCommand)} [options]\nor:    $0 <command>`
}

function buildCommand<Sdk>(builder: Argv, program: Program<Sdk>, command: Command<Sdk>, prefix: string): Argv {
  const short = shortFormOf(program, command)
  const usage = [`Usage: $0 ${prefix}${command.command} [options]`]
  if (short !== undefined) usage.push(`or:    $0 ${short} [options]`)
  builder.usage([usage.join('\n'), command.describe, ...command.details].join('\n\n'))
  for (const [name, positional] of Object.entries(command.positionals)) builder.positional(name, positional)
  return builder.options(described(command.options, 'Options:')).epilogue(commandEpilogue(command))
}

/**
 * What a value may be is said in the descriptions, in words; yargs' own notes (`[boolean] [default: false]`) only make the
 * help harder to read. Its types do not know this method yet.
 */
function withoutTypes(parser: Argv): Argv {
  return (parser as Argv & { usageConfiguration(options: object): Argv }).usageConfiguration({ 'hide-types': true })
}

/** Options with what their values may be in their descriptions, and under a title. */
function described(
  options: Readonly<Record<string, OptionDefinition>>,
  group: string,
): Record<string, OptionDefinition> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { coerce, ...option }]) => [
      name,
      {
        group,
        ...option,
        ...(coerce && { coerce: (value: unknown) => coerce(unmark(value)) }),
        describe: describeOption(option),
      },
    ]),
  )
}

/** @throws ArgumentProblem when there are more arguments than the command has */
function checkCount<Sdk>(args: ParsedOptions, command: Command<Sdk>, prefix: string): void {
  if (args._.length <= (prefix === '' ? 1 : 2)) return
  throw new ArgumentProblem(
    `${prefix}${nameOf(command)}: one argument too many.`,
    `It is used as: ${prefix}${command.command}`,
  )
}

/** Turns what yargs says of the arguments into what a person can do about it. */
function explain<Sdk>(message: string, error: Error | undefined, command: Command<Sdk> | undefined): Error {
  if (error && error.name !== 'YError') return error
  const text = withoutMarks(message)
    .replace(/^Invalid values:/, '')
    .trim()
    .replace(/\s*\n\s*/g, ' ')
  const missing = /^Missing required arguments?: (.*)/.exec(text)?.[1]
  if (missing) {
    const names = missing.split(', ').map((name) => `--${name}`)
    return new ArgumentProblem(
      `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} required.`,
      exampleOf(command),
    )
  }
  if (text.startsWith('Not enough non-option arguments')) {
    return new ArgumentProblem(`An argument is missing: ${command?.command ?? '<command>'}`, exampleOf(command))
  }
  return new ArgumentProblem(text, '--help explains it.')
}

function exampleOf<Sdk>(command: Command<Sdk> | undefined): string | undefined {
  const example = command?.examples[0]
  return example && `For example: ${example[0]}`
}

function findMissingCommand<Sdk>(program: Program<Sdk>, rest: ParsedOptions): ParsedArguments<Sdk> {
  const [first, second] = rest._
  const group = program.commands.find((entry) => nameOf(entry) === first && isGroup(entry)) as
    | CommandGroup<Sdk>
    | undefined
  const [wrong, known] = group ? [second, group.commands] : [first, program.commands]
  if (wrong === undefined) return { kind: 'nothing', help: helpOf(program, group ? [group.command] : []) }
  const path = [program.name, ...(group ? [group.command] : [])].join(' ')
  const meant = nearest(wrong, known.map(nameOf))
  // A token pasted in the command's place is not repeated.
  const shown = wrong.length > 40 ? 'like this one' : JSON.stringify(wrong)
  throw new ArgumentProblem(
    `${path} has no command ${shown}.`,
    meant ? `Did you mean: ${path} ${meant}` : `See: ${path} --help`,
  )
}
