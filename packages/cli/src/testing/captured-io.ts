import { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'
import type { Io, Output, StopSignal } from '../runtime/io.js'

export interface CapturedOutput extends Output {
  readonly text: string
  /** Each line as the JSON that it is. */
  readonly json: Record<string, unknown>[]
}

export interface CapturedIo extends Io {
  readonly stdout: CapturedOutput
  readonly stderr: CapturedOutput
  /** As the operating system does it. @returns whether anybody listened */
  stop(signal: StopSignal): boolean
}

export interface CapturedIoInit {
  /** What can be read from standard input. Default: nothing. */
  readonly stdin?: string
  /** Whether all three streams are a terminal. Default false. */
  readonly isTTY?: boolean
  readonly env?: Io['env']
  readonly columns?: number
  readonly rows?: number
}

/** A world in memory for a program under test. */
export function capturedIo({ stdin, isTTY = false, env = {}, columns, rows }: CapturedIoInit = {}): CapturedIo {
  const signals = new EventEmitter()
  return {
    stdin: Object.assign(Readable.from(stdin === undefined ? [] : [Buffer.from(stdin)]), { isTTY }),
    stdout: capturedOutput({ isTTY, columns, rows }),
    stderr: capturedOutput({ isTTY, columns, rows }),
    env,
    signals,
    stop: (signal) => signals.emit(signal),
  }
}

export function capturedOutput(size: Pick<Output, 'isTTY' | 'columns' | 'rows'> = {}): CapturedOutput {
  let text = ''
  return {
    ...size,
    write(added, taken) {
      text += typeof added === 'string' ? added : Buffer.from(added).toString('latin1')
      taken?.()
    },
    get text() {
      return text
    },
    get json() {
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    },
  }
}
