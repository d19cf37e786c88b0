import { ArgumentProblem } from './argument-problem.js'
import type { Command, OptionDefinition } from './command.js'
import { globalOptions } from './global-options.js'
import { nearest } from './nearest.js'

/**
 * Refuses options that a command does not have, two values where one is meant, empty ones, and ones of switches. Done before yargs looks at
 * them: it would take the word after an unknown option for its value, and would repeat a token in its message.
 *
 * @throws ArgumentProblem
 */
export function checkOptions<Sdk>(argv: readonly string[], command: Command<Sdk>): void {
  const definitions: Readonly<Record<string, OptionDefinition>> = { ...globalOptions, ...command.options }
  const known = [...Object.keys(definitions), 'help', 'version']
  const seen = new Set<string>()
  for (const [index, word] of argv.entries()) {
    if (word === '--') return
    const name = /^--([^=]+)/.exec(word)?.[1]
    if (name === undefined) {
      if (/^-[^-\d]/.test(word) && word !== '-h') throw unknownOption(word.slice(0, 2), undefined, command)
      continue
    }
    if (!known.includes(name)) throw unknownOption(`--${name}`, nearest(name, known), command)
    const definition = definitions[name]
    if (definition && seen.has(name) && !definition.array && definition.type !== 'boolean') {
      throw new ArgumentProblem(`--${name} is given more than once.`, 'It has one value: which one is meant?')
    }
    seen.add(name)
    const given = word.includes('=') ? word.slice(word.indexOf('=') + 1) : undefined
    if (!definition || definition.type === 'boolean') {
      // yargs takes every other word for false.
      if (given === undefined || given === 'true' || given === 'false') continue
      throw new ArgumentProblem(
        `--${name} stands alone, or with =true or =false; another value found.`,
        '--help explains it.',
      )
    }
    const value = given ?? argv[index + 1]
    // yargs would not know of the end of the options.
    if (value === '--') throw new ArgumentProblem(`--${name} needs a value.`, '--help explains it.')
    if (value === '' && !definition.mayBeEmpty) {
      throw new ArgumentProblem(
        `The value of --${name} is empty.`,
        'Give it one, or leave the option out. A variable of the shell that is not set gives an empty one.',
      )
    }
  }
}

function unknownOption<Sdk>(option: string, meant: string | undefined, command: Command<Sdk>): ArgumentProblem {
  const instead = command.otherOptions?.[option]
  return new ArgumentProblem(
    `There is no option ${option}.`,
    instead ?? (meant ? `Did you mean --${meant}?` : '--help shows the options that there are.'),
  )
}
