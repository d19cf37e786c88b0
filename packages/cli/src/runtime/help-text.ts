import type { Command, CommandText, OptionDefinition, Program } from './command.js'
import { ExitCodes, type ExitName, exitCodeTitles } from './exit-codes.js'

/** Of a line of an example, with room for the backslash behind it. */
const EXAMPLE_COLUMNS = 76

/** How any command can end. */
const commonExits: readonly ExitName[] = ['ok', 'internal', 'usage', 'output', 'hangup', 'interrupted', 'terminated']

/** What stands at the end of a command's help. */
export function commandEpilogue<Sdk>(command: Command<Sdk>): string {
  const exits = exitsOf(command).map((name) => `  ${String(ExitCodes[name]).padStart(3)}  ${exitCodeTitles[name]}`)
  return `${exampleText(command.examples)}\n\nExit codes:\n${exits.join('\n')}`
}

/** What stands at the end of a program's help. */
export function programEpilogue<Sdk>({ name, examples }: Program<Sdk>): string {
  return `${exampleText(examples)}\n\n${name} <command> --help shows a command's options, examples and exit codes.`
}

/** The ways a command can end, in the order of their codes. */
export function exitsOf<Sdk>(command: Command<Sdk>): ExitName[] {
  return [...new Set([...commonExits, ...command.exits])].sort((a, b) => ExitCodes[a] - ExitCodes[b])
}

/** An option's description with what its value may be. */
export function describeOption({ describe, choices, default: preset, demandOption }: OptionDefinition): string {
  const notes = [
    demandOption && 'required',
    choices && `one of ${choices.join(', ')}`,
    preset !== undefined && preset !== false && `default ${preset}`,
  ].filter(Boolean)
  return notes.length === 0 ? describe : `${describe} (${notes.join('; ')})`
}

/** On lines of their own: a command line that is broken cannot be copied, unless a backslash says that it goes on. */
function exampleText(examples: CommandText['examples']): string {
  const lines = examples.map(
    ([commandLine, describe]) => `${continued(commandLine)}${describe && `\n      ${describe}`}`,
  )
  return `Examples:\n${lines.join('\n')}`
}

/** A command line on as many lines as it needs, broken before options. */
function continued(commandLine: string): string {
  const lines: string[] = []
  for (const part of commandLine.split(/ (?=--\S)/)) {
    const longer = `${lines.at(-1) ?? ' '} ${part}`
    if (lines.length === 0) lines.push(longer)
    else if (longer.length <= EXAMPLE_COLUMNS) lines[lines.length - 1] = longer
    else lines.push(`    ${part}`)
  }
  return lines.join(' \\\n')
}
