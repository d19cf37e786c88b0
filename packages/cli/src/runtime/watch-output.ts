import { type Io, isReaderGone, type Output } from './io.js'

export interface WatchedIo {
  /** As the one that is watched. */
  readonly io: Io
  /** Fires with the error when standard output cannot take more. */
  readonly lost: AbortSignal
  /** Waits until all that was printed has been taken, or its reader has gone. */
  flush(): Promise<void>
}

/**
 * Notices when answers are lost: a full disk, or a broken one. Errors of standard error are no reason to stop, as what is said
 * there is no part of the result, and a server whose log has no room left still serves.
 */
export function watchOutput(io: Io): WatchedIo {
  const lost = new AbortController()
  const stdout = watched(io.stdout, (error) => {
    if (!isReaderGone(error, io.stdout)) lost.abort(error)
  })
  const stderr = watched(io.stderr, () => {})
  return {
    io: {
      // Asked for when it is needed: Node opens standard input when it is first looked at.
      get stdin() {
        return io.stdin
      },
      stdout,
      stderr,
      env: io.env,
      signals: io.signals,
    },
    lost: lost.signal,
    async flush() {
      await Promise.all([stdout.flush(), stderr.flush()])
    },
  }
}

function watched(output: Output, onError: (error: Error) => void): Output & { flush(): Promise<void> } {
  let last = Promise.resolve()
  return {
    write(data, taken) {
      last = new Promise((resolve) => {
        output.write(data, (error) => {
          if (error) onError(error)
          taken?.(error)
          resolve()
        })
      })
    },
    flush: () => last,
    get isTTY() {
      return output.isTTY
    },
    get columns() {
      return output.columns
    },
    get rows() {
      return output.rows
    },
  }
}
