import { ArgumentProblem } from '../../runtime/argument-problem.js'

/**
 * A time in whole seconds since 1970.
 *
 * @throws ArgumentProblem
 */
export function parseUnixTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new ArgumentProblem(`--at: a time in whole seconds since 1970 is expected, ${JSON.stringify(text)} found.`)
}
