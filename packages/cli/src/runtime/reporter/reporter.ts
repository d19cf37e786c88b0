import type { KairosError, ProgressEvent } from '@kairos-sdk/core'

/** Something that takes time and is told about while it goes on; a command may have several at once. */
export interface Task {
  progress(event: ProgressEvent): void
  /** It is done. @param data - what a program wants to know about it */
  succeed(message: string, data?: object): void
  fail(error: KairosError): void
  /** It ends without a word, because the command's error says it all. */
  drop(): void
}

export interface TaskOptions {
  /** What the task is about, where there are several: a picture's name. */
  readonly name?: string | undefined
  /** Said until there is progress. */
  readonly message: string
  /** Fields that each JSON event of the task carries. */
  readonly data?: object
}

/** Lines at the bottom of a terminal that tell how things stand, drawn anew as long as they are there. */
export interface LiveView extends Disposable {
  /** Shows how things stand now, once; needed only where something shall be seen before the next tick. */
  refresh(): void
}

/**
 * How things stand, as lines for a terminal. Nothing in them may hold control characters.
 *
 * @param size - columns of the terminal, and how many lines there is room for
 */
export type ViewLines = (size: { readonly columns: number; readonly lines: number }) => readonly string[]

/**
 * What a command says. For people, answers go to standard output and everything else to standard error; with `--json`, all
 * of it goes to standard output, one object a line.
 */
export interface Reporter {
  readonly json: boolean
  task(options: TaskOptions): Task
  /** Shows a view on a terminal; `undefined` where nothing moves: a pipe, a program, a log level that hides it. */
  view(lines: ViewLines): LiveView | undefined
  /** Something worth knowing that is not progress. */
  note(message: string): void
  warn(message: string): void
  /** What goes on inside, for `--log-level debug`. */
  debug(message: string): void
  /** One of several things failed; the command goes on. @param data - as of a task */
  failure(name: string, error: KairosError, data: object): void
  /** Something that only a program wants to know. */
  event(name: string, data: object): void
  /** Text for standard error that is part of the command's work and shown at every log level, such as a QR code. */
  show(text: string): void
  /** What was asked for: `data` for programs, `text` (printed as it is) for people. */
  answer(data: object, text: string): void
  /** As `answer`, for a text that is made of colours and would lose them. */
  draw(data: object, text: string): void
  /** How the command failed; the last thing that is said. */
  error(error: KairosError): void
  /** Takes away whatever moves. Told before the process stops, so that the terminal is left in order. */
  close(): void
}
