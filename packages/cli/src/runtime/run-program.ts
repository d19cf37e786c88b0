import { performance } from 'node:perf_hooks'
import type { KairosError } from '@kairos-sdk/core'
import { ArgumentProblem } from './argument-problem.js'
import type { Program } from './command.js'
import { completionLines } from './completion/candidates.js'
import { COMPLETE_COMMAND } from './completion/scripts.js'
import { ExitCodes, exitCodeOf, signalExitCodes } from './exit-codes.js'
import type { GlobalArguments } from './global-options.js'
import type { Io, StopSignal } from './io.js'
import { type ParsedArguments, parseArguments } from './parse-arguments.js'
import { createJsonReporter } from './reporter/json-reporter.js'
import { type LogLevel, LogLevels } from './reporter/log-level.js'
import type { Reporter } from './reporter/reporter.js'
import { createTextReporter } from './reporter/text-reporter.js'
import { watchStopSignals } from './stop-signals.js'

/**
 * Runs a command-line program from its arguments to its exit code. It never throws, and never ends the process.
 *
 * @param argv - the arguments, without `node` and the script
 */
export async function runProgram<Sdk>(program: Program<Sdk>, argv: readonly string[], io: Io): Promise<number> {
  if (argv[0] === COMPLETE_COMMAND) {
    io.stdout.write(completionLines(program, argv.slice(1)))
    return ExitCodes.ok
  }
  const settings = settingsBeforeParsing(argv)
  let parsed: ParsedArguments<Sdk>
  try {
    parsed = parseArguments(program, argv)
  } catch (error) {
    return report(error, createReporter(io, settings))
  }
  if (parsed.kind === 'text') {
    io.stdout.write(parsed.text)
    return ExitCodes.ok
  }
  if (parsed.kind === 'nothing') {
    io.stderr.write(parsed.help)
    return ExitCodes.usage
  }
  return runCommand(program, parsed, io)
}

async function runCommand<Sdk>(
  { sdk }: Program<Sdk>,
  { command, args }: ParsedArguments<Sdk> & { kind: 'command' },
  io: Io,
): Promise<number> {
  const reporter = createReporter(io, args as unknown as GlobalArguments)
  using stop = watchStopSignals(io.signals, () => {
    reporter.close()
    reporter.note('Stopping. Ctrl-C again ends it at once.')
  })
  try {
    await command.run(args, { sdk, io, reporter, signal: stop.signal })
    return ExitCodes.ok
  } catch (error) {
    return stop.received ? reportStop(stop.received, error, reporter) : report(error, reporter)
  } finally {
    reporter.close()
  }
}

async function report(error: unknown, reporter: Reporter): Promise<number> {
  const translated = await toKairosError(error)
  reporter.error(translated)
  return exitCodeOf(translated.code)
}

async function reportStop(received: StopSignal, cause: unknown, reporter: Reporter): Promise<number> {
  const { KairosError } = await import('@kairos-sdk/core')
  reporter.error(new KairosError('aborted', `Stopped by ${received}.`, { cause }))
  return signalExitCodes[received]
}

/** The one place where whatever a command threw becomes an error that is shown. */
async function toKairosError(error: unknown): Promise<KairosError> {
  const { KairosError, translateError } = await import('@kairos-sdk/core')
  if (error instanceof ArgumentProblem) {
    return new KairosError('argument/invalid', error.message, { hint: error.hint, cause: error })
  }
  const translated = translateError(error, 'Something went wrong')
  if (translated.code !== 'internal' || translated.hint !== undefined) return translated
  return new KairosError('internal', translated.message, {
    hint: 'This is a mistake of the program. Run it again with --verbose and report what it shows.',
    cause: error,
  })
}

function createReporter(io: Io, { json, logLevel, verbose }: Settings): Reporter {
  const options = { logLevel, verbose, now: () => performance.now() }
  return json ? createJsonReporter(io, options) : createTextReporter(io, options)
}

interface Settings {
  readonly json: boolean
  readonly logLevel: LogLevel
  readonly verbose: boolean
}

/** How to report a mistake in the arguments, as far as they can be understood. */
function settingsBeforeParsing(argv: readonly string[]): Settings {
  const level = /(?:^|\n)--log-level[=\n](.*)/.exec(argv.join('\n'))?.[1]
  return {
    json: argv.includes('--json'),
    logLevel: LogLevels.find((known) => known === level) ?? 'info',
    verbose: argv.includes('--verbose'),
  }
}
