import { nameOf, type OptionDefinition, type Program } from './command.js'
import { globalOptions } from './global-options.js'
import { nearest } from './nearest.js'

/** Words that ask for the program's own help or version, not for a command. */
const PROGRAM_WORDS: readonly string[] = ['help', '--help', '-h', '--version']

/**
 * The arguments with the name of the program's default command in front, if they are meant for it: they begin with an
 * option that not every command has, or with a word that is neither a command nor close to the name of one.
 */
export function withDefaultCommand<Sdk>(program: Program<Sdk>, argv: readonly string[]): readonly string[] {
  const { defaultCommand, commands } = program
  const first = argv[globalOptionsAtStart(argv)]
  if (!defaultCommand || first === undefined || PROGRAM_WORDS.includes(first)) return argv
  const names = commands.map(nameOf)
  // What looks like a file or a URL is one; else `dcotor` would be looked for as a file.
  const isMistyped = !/[./\\:-]/.test(first) && nearest(first, names) !== undefined
  return names.includes(first) || isMistyped ? argv : [nameOf(defaultCommand), ...argv]
}

/** How many words at the start are options of every command, with their values. */
function globalOptionsAtStart(argv: readonly string[]): number {
  let at = 0
  for (let word = argv[at]; word?.startsWith('--'); word = argv[at]) {
    const [name = ''] = word.slice(2).split('=', 1)
    if (!Object.hasOwn(globalOptions, name)) return at
    const option: OptionDefinition = globalOptions[name as keyof typeof globalOptions]
    at += option.type === 'boolean' || word.includes('=') ? 1 : 2
  }
  return at
}
