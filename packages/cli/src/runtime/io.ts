import type { Readable } from 'node:stream'

/** A stream that text or bytes are written to; a terminal also has a size. */
export interface Output {
  /** @param taken - called when there is room for more, or with what is in the way */
  write(data: string | Uint8Array, taken?: (error?: Error | null) => void): unknown
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

/** The world of this process. Disposed, it waits for no more input. */
export function processIo(): Io & Disposable {
  for (const output of [process.stdout, process.stderr]) output.on('error', ignoreClosedPipe)
  let isStdinOpen = false
  return {
    // Node opens standard input when it is first looked at; most commands never do.
    get stdin() {
      isStdinOpen = true
      return process.stdin
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    signals: process,
    [Symbol.dispose]() {
      // Else a program that was stopped would end only when the person presses Enter.
      if (isStdinOpen) process.stdin.destroy()
    },
  }
}

/** Resolves when all that was printed has been taken, or its reader has gone. */
export async function printed(): Promise<void> {
  await Promise.all([process.stdout, process.stderr].map((output) => new Promise((taken) => output.write('', taken))))
}

/** A reader that has seen enough, as in `| head`, is no mistake of anybody. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
