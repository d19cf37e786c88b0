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
  // Whoever writes is told of it; a listener that threw would end the process in the middle of its work.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {})
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

/** What a write fails with when nobody reads any more: a pipe, or a socket in its place. */
const READER_GONE: readonly (string | undefined)[] = ['EPIPE', 'ECONNRESET']

/** Whether a write failed because its reader has seen enough, as in `| head`: no mistake of anybody. */
export function isReaderGone(error: NodeJS.ErrnoException, { isTTY }: Output): boolean {
  // Of a terminal that was closed; a disk says it when it is broken.
  return READER_GONE.includes(error.code) || (error.code === 'EIO' && isTTY === true)
}

/**
 * Waits until an output has taken the data.
 *
 * @returns whether it did; false when its reader has gone
 * @throws what else is in the way, as a full disk
 */
export function written(output: Output, data: string | Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    output.write(data, (error) => {
      if (error && !isReaderGone(error, output)) reject(error)
      else resolve(!error)
    })
  })
}
