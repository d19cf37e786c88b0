import type { Logger } from '@kairos-sdk/netboot/boot'
import type { Reporter } from '../../runtime/reporter/reporter.js'
import { timestamp } from './log-time.js'

/**
 * Says what servers do: a line for each step in a pipe, with the time as the manual has it. The table of machines shows the same,
 * but for warnings; programs get events.
 */
export function serverLog(reporter: Reporter, hasTable: () => boolean): Logger {
  return {
    info(message) {
      if (reporter.json || hasTable()) reporter.debug(message)
      else reporter.note(`${timestamp(new Date())} ${message}`)
    },
    warn: (message) => reporter.warn(reporter.json || hasTable() ? message : `${timestamp(new Date())} ${message}`),
    debug: (message) => reporter.debug(message),
  }
}
