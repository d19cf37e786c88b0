import type { Readable } from 'node:stream'

/** A stream that text is written to; a terminal also has a size. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

/** Ctrl-C, `kill`, and the end of the terminal. */
export const StopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
export type StopSignal = (typeof StopSignals)[number]

/** Where a program learns that it should stop. */
export interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown
  off(signal: StopSignal, listener: () => void): unknown
}

/** The world of a command-line program, so that a test can give it another one. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined }
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signals: SignalSource
}

/** The world of this process. */
export function processIo(): Io {
  for (const output of [process.stdout, process.stderr]) output.on('error', ignoreClosedPipe)
  return {
    // Node opens standard input when it is first looked at; most commands never do.
    get stdin() {
      return process.stdin
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    signals: process,
  }
}

/** Whether colours may be written to a stream: a terminal, and nobody asked for none (https://no-color.org). */
export function wantsColors(output: Output, env: Io['env']): boolean {
  return output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
}

/** A reader that has seen enough, as in `| head`, is no mistake of anybody. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
