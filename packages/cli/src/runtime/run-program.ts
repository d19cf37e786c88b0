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
import { watchOutput } from './watch-output.js'

/**
 * Runs a command-line program from its arguments to its exit code, which is that of `output` when an answer could not be
 * printed. It never throws, and never ends the process. When it resolves, all that was printed has been taken.
 *
 * @param argv - the arguments, without `node` and the script
 */
export async function runProgram<Sdk>(program: Program<Sdk>, argv: readonly string[], given: Io): Promise<number> {
  const { io, lost, flush } = watchOutput(given)
  const exitCode = await runArguments(program, argv, io, lost)
  await flush()
  if (!lost.aborted) return exitCode
  const { translateError } = await import('@kairos-sdk/core')
  const error = translateError(lost.reason, 'Cannot write to standard output', 'output/not-writable')
  // As text, whatever was asked for: JSON would go where nothing can be written.
  createReporter(io, { ...settingsBeforeParsing(argv), json: false }).error(error)
  await flush()
  return exitCodeOf(error.code)
}

/** @param lost - fires when going on is of no use, which is not reported here */
async function runArguments<Sdk>(
  program: Program<Sdk>,
  argv: readonly string[],
  io: Io,
  lost: AbortSignal,
): Promise<number> {
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
  return runCommand(program, parsed, io, lost)
}

async function runCommand<Sdk>(
  { sdk }: Program<Sdk>,
  { command, args }: ParsedArguments<Sdk> & { kind: 'command' },
  io: Io,
  lost: AbortSignal,
): Promise<number> {
  const reporter = createReporter(io, args as unknown as GlobalArguments)
  using stop = watchStopSignals(io.signals, () => {
    reporter.close()
    reporter.note('Stopping. Ctrl-C again ends it at once.')
  })
  try {
    await command.run(args, { sdk, io, reporter, signal: AbortSignal.any([stop.signal, lost]) })
    return ExitCodes.ok
  } catch (error) {
    if (stop.received) return reportStop(stop.received, error, reporter)
    return lost.aborted ? ExitCodes.output : report(error, reporter)
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
