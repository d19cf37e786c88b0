import type { KairosError } from '@kairos-sdk/core'
import { causesOf } from '../error-text.js'
import type { Io } from '../io.js'
import { isTold, type LogLevel } from './log-level.js'
import type { Reporter } from './reporter.js'

export interface JsonReporterOptions {
  readonly logLevel: LogLevel
  readonly verbose: boolean
  /** Milliseconds, ever growing. */
  readonly now: () => number
}

/** Speaks to programs: one JSON object a line on standard output. */
export function createJsonReporter({ stdout }: Io, { logLevel, verbose, now }: JsonReporterOptions): Reporter {
  const write = (data: object) => stdout.write(`${JSON.stringify(data)}\n`)
  const log = (level: 'debug' | 'info' | 'warn') => (message: string) => {
    if (isTold(level, logLevel)) write({ event: 'log', level, message })
  }
  return {
    json: true,
    task({ message, data = {} }) {
      const startedAt = now()
      const elapsed = () => ({ elapsedMs: Math.round(now() - startedAt) })
      write({ event: 'started', ...data, message })
      return {
        progress: (event) => write({ event: 'progress', ...data, ...event, ...elapsed() }),
        succeed: (text, result = {}) => write({ event: 'succeeded', ...data, message: text, ...elapsed(), ...result }),
        fail: (error) => write({ event: 'failed', ...data, ...fieldsOf(error), ...elapsed() }),
        drop() {},
      }
    },
    view: () => undefined,
    note: log('info'),
    warn: log('warn'),
    debug: log('debug'),
    failure: (_name, error, data) => write({ event: 'failed', ...data, ...fieldsOf(error) }),
    event: (name, data) => write({ event: name, ...data }),
    show() {},
    answer: (data) => write(data),
    draw: (data) => write(data),
    error: (error) => write({ event: 'error', ...fieldsOf(error), ...(verbose && { causes: causesOf(error) }) }),
    close() {},
  }
}

function fieldsOf({ code, message, hint }: KairosError) {
  return { code, message, ...(hint !== undefined && { hint }) }
}
