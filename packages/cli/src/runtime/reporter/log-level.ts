/** From the least that is told to the most. */
export const LogLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof LogLevels)[number]

/** Whether something of a level is told when `--log-level` is `limit`. */
export function isTold(level: Exclude<LogLevel, 'silent'>, limit: LogLevel): boolean {
  return LogLevels.indexOf(level) <= LogLevels.indexOf(limit)
}
