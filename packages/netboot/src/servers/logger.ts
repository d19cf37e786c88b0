/** What the servers say to people, one sentence a call. pino's loggers and `console` are such. */
export interface Logger {
  /** What a person wants to see of every boot. */
  info(message: string): void
  /** What hinders a machine from booting. */
  warn(message: string): void
  /** What explains the rest: packets that are not for us, damaged ones. */
  debug(message: string): void
}

export const silentLogger: Logger = { info() {}, warn() {}, debug() {} }
