import { KairosError } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import { type CapturedIoInit, capturedIo } from '../testing/captured-io.js'
import { type SampleRun, sampleProgram } from '../testing/sample-program.js'
import { ArgumentProblem } from './argument-problem.js'
import { runProgram } from './run-program.js'

const SEND = ['send', '--file', 'f']

async function run(argv: readonly string[], body: SampleRun = () => {}, init?: CapturedIoInit) {
  const io = capturedIo(init)
  return { code: await runProgram(sampleProgram(body), argv, io), out: io.stdout, err: io.stderr }
}

describe('runProgram', () => {
  it('prints help and version to standard output and ends with 0', async () => {
    for (const argv of [['--help'], ['--version'], ['help', 'box', 'open']]) {
      const { code, out, err } = await run(argv)
      expect([code, err.text]).toEqual([0, ''])
      expect(out.text).toMatch(/\n$/)
    }
  })

  it('prints the help to standard error and ends with 2 when nothing is asked for', async () => {
    const { code, out, err } = await run([])
    expect([code, out.text]).toEqual([2, ''])
    expect(err.text).toContain('Usage: sample <command>')
  })

  it('prints an error as message and hint and nothing else', async () => {
    const { code, out, err } = await run(SEND, () => {
      throw new KairosError('input/not-found', 'There is no x.', { hint: 'Make one.', cause: new Error('inner') })
    })
    expect([code, out.text]).toEqual([4, ''])
    expect(err.text).toBe('✖ There is no x.\n  Make one.\n')
  })

  it('shows the lines of an error, and lets no text from outside begin one', async () => {
    const { err } = await run(SEND, () => {
      throw new KairosError('configuration/invalid', ['a.yaml: there is no key x\n✔ Done\r\n.', '  2 | [[ x ]]'])
    })
    expect(err.text).toBe('✖ a.yaml: there is no key x ✔ Done .\n    2 | [[ x ]]\n')
    const one = await run(SEND, () => {
      throw new KairosError('input/not-found', 'There is no a\n✔ Done\n.')
    })
    expect(one.err.text).toBe('✖ There is no a ✔ Done .\n')
  })

  it('shows with --verbose what led to an error', async () => {
    const fail = () => {
      throw new KairosError('input/not-found', 'There is no x.', { cause: new Error('inner') })
    }
    const { err } = await run([...SEND, '--verbose'], fail)
    expect(err.text).toMatch(
      /✖ There is no x\.\nKairosError: There is no x\.\n {4}at [\s\S]*Caused by: Error: inner\n {4}at /,
    )
    const { out } = await run([...SEND, '--verbose', '--json'], fail)
    expect(out.json.at(-1)?.causes).toHaveLength(2)
  })

  it('tells of an error in JSON, also of one in the arguments', async () => {
    const failed = await run([...SEND, '--json'], () => {
      throw new KairosError('pairing/no-peer', 'Nobody.', { hint: 'Wait.' })
    })
    expect(failed.code).toBe(8)
    expect(failed.out.json).toEqual([{ event: 'error', code: 'pairing/no-peer', message: 'Nobody.', hint: 'Wait.' }])
    expect(failed.err.text).toBe('')
    const wrong = await run(['send', '--json'])
    expect(wrong.code).toBe(2)
    expect(wrong.out.json).toEqual([expect.objectContaining({ event: 'error', code: 'argument/invalid' })])
  })

  it('takes a problem that a command finds in its arguments for a usage error', async () => {
    const { code, err } = await run(SEND, () => {
      throw new ArgumentProblem('Not both.', 'One.')
    })
    expect([code, err.text]).toEqual([2, '✖ Not both.\n  One.\n'])
  })

  it('owns up to its own mistakes, without a stack unless asked for', async () => {
    const { code, err } = await run(SEND, () => {
      throw new TypeError('x is undefined')
    })
    expect(code).toBe(1)
    expect(err.text).toBe(
      '✖ Something went wrong: x is undefined.\n  This is a mistake of the program. Run it again with --verbose and report what it shows.\n',
    )
  })

  it('says nothing at all with --log-level silent', async () => {
    const { code, err } = await run([...SEND, '--log-level', 'silent'], (_args, { reporter }) => {
      reporter.warn('careful')
      throw new KairosError('internal', 'x')
    })
    expect([code, err.text]).toEqual([1, ''])
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('stops cleanly at %s and ends with %i', async (signal, expected) => {
    const io = capturedIo()
    let cleanedUp = false
    const running = runProgram(
      sampleProgram(async (_args, context) => {
        await new Promise((resolve) => context.signal.addEventListener('abort', resolve))
        cleanedUp = true
        context.signal.throwIfAborted()
      }),
      SEND,
      io,
    )
    expect(io.stop(signal)).toBe(true)
    // Nobody listens to the second one, so that the operating system ends the process.
    expect(io.stop(signal)).toBe(false)
    expect(await running).toBe(expected)
    expect(cleanedUp).toBe(true)
    expect(io.stderr.text).toBe(`Stopping. Ctrl-C again ends it at once.\n✖ Stopped by ${signal}.\n`)
  })

  it('forgets the signals when it is done', async () => {
    const io = capturedIo()
    expect(await runProgram(sampleProgram(), SEND, io)).toBe(0)
    expect(io.stop('SIGINT')).toBe(false)
  })

  it('answers a shell that completes a line', async () => {
    const { code, out } = await run(['__complete', 'se'])
    expect([code, out.text]).toEqual([0, 'send\tSend something\n'])
  })
})
