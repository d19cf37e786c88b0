import type { Command, Program } from './command.js'
import { ExitCodes, type ExitName, exitCodeTitles } from './exit-codes.js'

/** How any command can end. */
export const commonExits: readonly ExitName[] = ['ok', 'internal', 'usage', 'interrupted', 'terminated']

/** What stands at the end of a command's help. */
export function commandEpilogue<Sdk>(command: Command<Sdk>): string {
  return ['Exit codes:', ...exitsOf(command).map((name) => `  ${exitLine(name)}`)].join('\n')
}

/** What stands at the end of a program's help. */
export function programEpilogue<Sdk>(program: Program<Sdk>): string {
  return `${program.name} <command> --help shows a command's options, examples and exit codes.`
}

/** The ways a command can end, in the order of their codes. */
export function exitsOf<Sdk>(command: Command<Sdk>): ExitName[] {
  return [...new Set([...commonExits, ...command.exits])].sort((a, b) => ExitCodes[a] - ExitCodes[b])
}

function exitLine(name: ExitName): string {
  return `${String(ExitCodes[name]).padStart(3)}  ${exitCodeTitles[name]}`
}
