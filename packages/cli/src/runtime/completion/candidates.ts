import { type Command, type CommandGroup, isGroup, nameOf, type OptionDefinition, type Program } from '../command.js'
import { withDefaultCommand } from '../default-command.js'
import { globalOptions } from '../global-options.js'
import { FILES_LINE } from './scripts.js'

/** What a shell may offer for the word at the cursor. */
export interface Completion {
  readonly words: readonly { readonly word: string; readonly describe: string }[]
  /** Files may be meant too. */
  readonly files: boolean
}

/** The candidates as the scripts read them, a line each. */
export function completionLines<Sdk>(program: Program<Sdk>, line: readonly string[]): string {
  const { words, files } = candidates(program, line)
  const lines = words.map(({ word, describe }) => `${word}\t${describe}`)
  return [...lines, ...(files ? [FILES_LINE] : [])].map((text) => `${text}\n`).join('')
}

const NOTHING: Completion = { words: [], files: false }

/**
 * What may stand where the cursor is.
 *
 * @param line - the words after the program's name up to the cursor; the last one is being typed, and may be empty
 */
export function candidates<Sdk>(program: Program<Sdk>, line: readonly string[]): Completion {
  const typed = line.at(-1) ?? ''
  const before = withDefaultCommand(program, line.slice(0, -1))
  const { command, group, positionals } = findCommand(program, before)
  const { defaultCommand } = program
  // As long as no command is named, what is typed may be the first word of the one that needs no name.
  const meant = command ?? (group ? undefined : defaultCommand)
  const options: Record<string, OptionDefinition> = { ...meant?.options, ...globalOptions }
  const open = optionOf(before.at(-1), options)
  if (open && takesValue(open)) return valuesOf(open, typed)
  if (typed.startsWith('-')) return offer(unusedOptions(options, before), typed)
  if (!command) {
    const entries = group ? group.commands : program.commands
    const { words } = offer(
      entries.map((entry) => [nameOf(entry), entry.describe] as const),
      typed,
    )
    return { words, files: meant !== undefined && positional(meant, 0, typed).files }
  }
  return positional(command, positionals, typed)
}

function positional<Sdk>(command: Command<Sdk>, index: number, typed: string): Completion {
  const definitions = Object.values(command.positionals)
  const definition = definitions[index] ?? (definitions.at(-1)?.array ? definitions.at(-1) : undefined)
  return definition ? valuesOf(definition, typed) : NOTHING
}

function findCommand<Sdk>(program: Program<Sdk>, words: readonly string[]) {
  let group: CommandGroup<Sdk> | undefined
  let command: Command<Sdk> | undefined
  let positionals = 0
  let isValue = false
  for (const word of words) {
    const option = optionOf(word, { ...command?.options, ...globalOptions })
    if (isValue) isValue = false
    else if (word.startsWith('-')) isValue = option !== undefined && takesValue(option)
    else if (command) positionals++
    else {
      const entries: readonly (Command<Sdk> | CommandGroup<Sdk>)[] = group ? group.commands : program.commands
      const entry = entries.find((known) => nameOf(known) === word)
      if (entry && isGroup(entry)) group = entry
      else command = entry
    }
  }
  return { command, group, positionals }
}

function optionOf(word: string | undefined, options: Readonly<Record<string, OptionDefinition>>) {
  const name = word?.startsWith('--') ? word.slice(2) : ''
  return Object.hasOwn(options, name) ? options[name] : undefined
}

function takesValue(option: OptionDefinition): boolean {
  return option.type !== 'boolean'
}

function unusedOptions(options: Readonly<Record<string, OptionDefinition>>, before: readonly string[]) {
  return Object.entries(options)
    .filter(([name, { array }]) => array || !before.includes(`--${name}`))
    .map(([name, { describe }]) => [`--${name}`, describe] as const)
    .concat([['--help', 'Show help']])
}

function valuesOf({ choices, completes }: Pick<OptionDefinition, 'choices' | 'completes'>, typed: string): Completion {
  if (choices)
    return offer(
      choices.map((choice) => [String(choice), ''] as const),
      typed,
    )
  return { words: [], files: completes === 'file' }
}

function offer(words: readonly (readonly [word: string, describe: string])[], typed: string): Completion {
  return {
    words: words.filter(([word]) => word.startsWith(typed)).map(([word, describe]) => ({ word, describe })),
    files: false,
  }
}
