import type { KairosError, ProgressEvent } from '@kairos-sdk/core'
import { formatElapsed } from '../duration.js'
import { describeError } from '../error-text.js'
import type { Io } from '../io.js'
import { LiveLines } from './live-lines.js'
import { isTold, type LogLevel } from './log-level.js'
import { paletteFor, wantsColors } from './palette.js'
import { printable, printableLine } from './printable.js'
import type { Reporter, Task, TaskOptions } from './reporter.js'

export interface TextReporterOptions {
  readonly logLevel: LogLevel
  /** Show with an error what caused it. */
  readonly verbose: boolean
  /** Milliseconds, ever growing. */
  readonly now: () => number
}

/** Speaks to people: with lines that move on a terminal, one line after the other in a pipe. */
export function createTextReporter(io: Io, { logLevel, verbose, now }: TextReporterOptions): Reporter {
  const { stdout, stderr } = io
  const palette = paletteFor(wantsColors(stderr, io.env))
  const live = stderr.isTTY && io.env.TERM !== 'dumb' ? new LiveLines(stderr) : undefined
  const say = (text: string) => (live ? live.print(text) : stderr.write(text))
  const sayAt = (level: Exclude<LogLevel, 'silent'>, text: string) => {
    if (isTold(level, logLevel)) say(`${text}\n`)
  }

  const print = (text: string) => {
    live?.clear()
    if (text !== '') stdout.write(text)
  }

  return {
    json: false,
    task: (options) => createTask(options),
    view(lines) {
      if (!live || !isTold('info', logLevel)) return undefined
      const owner = {}
      // A narrow terminal is one that says so; one that does not is taken for the usual.
      live.add(owner, (_frame, room) => lines({ columns: stderr.columns || 80, lines: room }).map(printableLine))
      return { refresh: () => live.print(''), [Symbol.dispose]: () => live.remove(owner) }
    },
    note: (message) => sayAt('info', printableLine(message)),
    warn: (message) => sayAt('warn', `${palette.warning('!')} ${printableLine(message)}`),
    debug: (message) => sayAt('debug', palette.faint(printableLine(message))),
    failure: (name, error) =>
      sayAt('error', `${palette.failure('✖')} ${printableLine(name)}: ${printableLine(error.message)}`),
    event() {},
    show: (text) => say(text),
    answer: (_data, text) => print(stdout.isTTY ? printable(text) : text),
    draw: (_data, text) => print(text),
    error(error) {
      live?.stop()
      sayAt('error', describeError(error, { palette, verbose, columns: stderr.isTTY ? stderr.columns : undefined }))
    },
    close: () => live?.stop(),
  }

  function createTask({ name, message }: TaskOptions): Task {
    const startedAt = now()
    const elapsed = () => palette.faint(formatElapsed(now() - startedAt))
    const prefix = name === undefined ? '' : `${printableLine(name)}: `
    const owner = {}
    let current = ''
    let amount = ''
    const finish = (level: 'info' | 'error', text: string) => {
      if (live && isTold('info', logLevel)) live.remove(owner, `${text}\n`)
      else sayAt(level, text)
    }
    const update = (next: string) => {
      if (next === current) return
      const isFirst = current === ''
      current = next
      if (!isTold('info', logLevel)) return
      if (!live) say(`${prefix}${current}\n`)
      else if (isFirst) live.add(owner, (frame) => `${palette.busy(frame)} ${prefix}${current}${amount}  ${elapsed()}`)
    }
    update(printableLine(message))
    return {
      progress(event: ProgressEvent) {
        // Only a line that moves shows how far it is; in a pipe each step would be a line.
        amount = amountOf(event)
        update(printableLine(event.message))
      },
      succeed: (text) => finish('info', `${palette.success('✔')} ${prefix}${printableLine(text)}  ${elapsed()}`),
      fail: (error: KairosError) =>
        finish('error', `${palette.failure('✖')} ${prefix}${printableLine(error.message)}  ${elapsed()}`),
      drop: () => live?.remove(owner),
    }
  }
}

function amountOf({ done, total }: ProgressEvent): string {
  return done === undefined || !total ? '' : ` ${Math.floor((100 * done) / total)} %`
}
