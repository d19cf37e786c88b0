import { type Command, everyCommand, type OptionDefinition, type Program, shortFormOf } from './command.js'
import { ExitCodes, type ExitName, exitCodeTitles } from './exit-codes.js'
import { globalOptions } from './global-options.js'
import { describeOption, exitsOf } from './help-text.js'

/** A program's commands, options and examples in Markdown, from the same definitions as its help. */
export function programReference<Sdk>(program: Program<Sdk>): string {
  const commands = [...everyCommand(program)]
  return [
    `## ${program.name}`,
    program.describe,
    table(
      ['Command', 'What it does'],
      commands.map(({ words, command }) => [
        `[\`${words.join(' ')}\`](#${[program.name, ...words].join('-')})`,
        command.describe,
      ]),
    ),
    ...commands.map(({ words, command }) => commandReference(program, words, command)),
    '### Options of every command',
    optionTable({ ...globalOptions, help: { describe: 'Show help' } }),
  ].join('\n\n')
}

/** What each exit code means. */
export function exitCodeReference(): string {
  const rows = Object.entries(ExitCodes).map(([name, code]) => [String(code), exitCodeTitles[name as ExitName]])
  return table(['Exit code', 'Meaning'], rows)
}

function commandReference<Sdk>(program: Program<Sdk>, words: readonly string[], command: Command<Sdk>): string {
  const short = shortFormOf(program, command)
  const usage = [[program.name, ...words.slice(0, -1), command.command, '[options]'].join(' ')]
  if (short !== undefined) usage.push(`${program.name} ${short} [options]`)
  const own = Object.entries(command.options).length > 0
  const positionals = Object.entries(command.positionals)
  return [
    `### ${[program.name, ...words].join(' ')}`,
    `${command.describe}.`,
    `\`\`\`\n${usage.join('\n')}\n\`\`\``,
    ...command.details.map(escapeMarkdown),
    ...(positionals.length > 0
      ? [
          table(
            ['Argument', 'What it is'],
            positionals.map(([name, { describe }]) => [`\`${aliasesOf(command, name)}\``, describe]),
          ),
        ]
      : []),
    ...(own ? [optionTable(command.options)] : []),
    exampleBlock(command),
    `Exit codes: ${exitsOf(command)
      .map((name) => ExitCodes[name])
      .join(', ')}.`,
  ].join('\n\n')
}

/** `token|image` where the argument has two names. */
function aliasesOf<Sdk>(command: Command<Sdk>, name: string): string {
  return new RegExp(`[<[](${name}(?:\\|\\w+)*)`).exec(command.command)?.[1] ?? name
}

function optionTable(options: Readonly<Record<string, OptionDefinition>>): string {
  return table(
    ['Option', 'What it does'],
    Object.entries(options).map(([name, option]) => [`\`--${name}\``, describeOption(option)]),
  )
}

function exampleBlock({ examples }: Pick<Command<unknown>, 'examples'>): string {
  const lines = examples.map(([commandLine, describe]) => `${describe && `# ${describe}\n`}${commandLine}`)
  return `\`\`\`sh\n${lines.join('\n')}\n\`\`\``
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const body = rows.map((cells) => line(cells.map((cell) => escapeMarkdown(cell).replaceAll('|', '\\|'))))
  return [line(head), line(head.map(() => '---')), ...body].join('\n')
}

/** `<token>` outside of code would be taken for an HTML tag. */
function escapeMarkdown(text: string): string {
  return text.replace(/`[^`]*`|</g, (match) => (match === '<' ? '&lt;' : match))
}
