/**
 * A mistake in the arguments, found while they are parsed. The program turns it into a KairosError `argument/invalid`: that
 * class comes with the YAML and one-time-password libraries, which `--help` must not wait for.
 */
export class ArgumentProblem extends Error {
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.name = 'ArgumentProblem'
    this.hint = hint
  }
}
