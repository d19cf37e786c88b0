import { ArgumentProblem } from '../../runtime/argument-problem.js'

/** As `NEVER_ROTATE` of core, which must not be loaded for `--help`. */
const NEVER = 9_223_372_036_854_775_807n

/**
 * An interval in whole seconds, exact up to int64; the word `never` for the largest.
 *
 * @throws ArgumentProblem
 */
export function parseInterval(text: string): bigint {
  if (text === 'never') return NEVER
  if (/^\d{1,19}$/.test(text)) return BigInt(text)
  throw new ArgumentProblem(
    `--interval: a whole number of seconds or the word never is expected, ${JSON.stringify(text)} found.`,
  )
}
