import type { ArgumentsCamelCase, InferredOptionTypes, Options, PositionalOptions } from 'yargs'
import type { ExitName } from './exit-codes.js'
import type { Io } from './io.js'
import type { Reporter } from './reporter/reporter.js'

/** What the value of an argument names, so that a shell can complete it. */
export type Completes = 'file' | 'directory' | 'nothing'

export type OptionDefinition = Options & {
  readonly describe: string
  readonly completes?: Completes
  /** An empty value means something. Otherwise it is refused: it comes of a shell's variable that is not set. */
  readonly mayBeEmpty?: boolean
}
export type PositionalDefinition = PositionalOptions & { readonly describe: string; readonly completes?: Completes }

export interface CommandContext<Sdk> {
  /** What the command calls to do its work. */
  readonly sdk: Sdk
  readonly io: Io
  readonly reporter: Reporter
  /** Fires when the person presses Ctrl-C, and when standard output takes no more. */
  readonly signal: AbortSignal
}

/** What a command says about itself; the help, the reference and the shell completion are made of it. */
export interface CommandText {
  /** In yargs' notation: its name, then `<required>`, `[optional]` and `[several..]` arguments. */
  readonly command: string
  /** One line for the list of commands. */
  readonly describe: string
  /** What a person should know before using it, in paragraphs. */
  readonly details: readonly string[]
  /** Command lines, each with what it does. */
  readonly examples: readonly (readonly [commandLine: string, describe: string])[]
  /** How it can end, besides 0, 1, 2 and the signals. */
  readonly exits: readonly ExitName[]
}

/** A command of a program, its argument types forgotten. */
export interface Command<Sdk> extends CommandText {
  readonly positionals: Readonly<Record<string, PositionalDefinition>>
  readonly options: Readonly<Record<string, OptionDefinition>>
  /** Options that people know from elsewhere (`-d`, `--debug`), each with what to use instead, as a sentence. */
  readonly otherOptions?: Readonly<Record<string, string>>
  // A method, because only those may be implemented with narrower arguments: the ones that the definitions promise.
  run(args: object, context: CommandContext<Sdk>): Promise<void>
}

/** Commands under one word: `token generate`, `token show`. */
export interface CommandGroup<Sdk> {
  readonly command: string
  readonly describe: string
  readonly commands: readonly Command<Sdk>[]
}

export interface Program<Sdk> {
  readonly name: string
  readonly version: string
  readonly describe: string
  readonly examples: CommandText['examples']
  readonly commands: readonly (Command<Sdk> | CommandGroup<Sdk>)[]
  /** The one of them that runs when none is named. Default: the program then shows its help. */
  readonly defaultCommand?: Command<Sdk>
  /** Loads nothing by itself; its methods import what they need. */
  readonly sdk: Sdk
}

export interface CommandDefinition<
  Sdk,
  P extends Record<string, PositionalDefinition>,
  O extends Record<string, OptionDefinition>,
> extends CommandText {
  readonly positionals?: P
  readonly options?: O
  /** See {@link Command.otherOptions}. */
  readonly otherOptions?: Readonly<Record<string, string>>
  run(args: ArgumentsCamelCase<InferredOptionTypes<P & O>>, context: CommandContext<Sdk>): Promise<void>
}

/** Makes the typed `command({...})` of a program: `run` gets its arguments as the definitions of options say. */
export function commandFor<Sdk>() {
  return <
    const P extends Record<string, PositionalDefinition> = Record<never, never>,
    const O extends Record<string, OptionDefinition> = Record<never, never>,
  >(
    definition: CommandDefinition<Sdk, P, O>,
  ): Command<Sdk> => ({ positionals: {}, options: {}, ...definition }) as Command<Sdk>
}

export function isGroup<Sdk>(entry: Command<Sdk> | CommandGroup<Sdk>): entry is CommandGroup<Sdk> {
  return 'commands' in entry
}

/** Every command with the words that call it. */
export function* everyCommand<Sdk>(program: Program<Sdk>): Generator<{ words: string[]; command: Command<Sdk> }> {
  for (const entry of program.commands) {
    if (!isGroup(entry)) yield { words: [nameOf(entry)], command: entry }
    else for (const command of entry.commands) yield { words: [nameOf(entry), nameOf(command)], command }
  }
}

/** How the program's default command is written without its name: `[config]`; `undefined` for other commands. */
export function shortFormOf<Sdk>(program: Program<Sdk>, command: Command<Sdk>): string | undefined {
  return command === program.defaultCommand ? command.command.slice(nameOf(command).length).trim() : undefined
}

/** The word that calls a command. */
export function nameOf(entry: { readonly command: string }): string {
  return entry.command.split(' ', 1)[0] ?? ''
}
