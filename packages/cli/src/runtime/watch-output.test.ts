import { describe, expect, it } from 'vitest'
import { capturedIo } from '../testing/captured-io.js'
import { type SampleRun, sampleProgram } from '../testing/sample-program.js'
import { type Io, type Output, written } from './io.js'
import { runProgram } from './run-program.js'

const failing = (code: string, isTTY = false): Output => ({
  isTTY,
  write: (_data, taken) => void queueMicrotask(() => taken?.(Object.assign(new Error('write'), { code }))),
})

async function run(outputs: Partial<Pick<Io, 'stdout' | 'stderr'>>, body: SampleRun, ...options: string[]) {
  const io = capturedIo()
  const code = await runProgram(sampleProgram(body), ['send', '--file', 'f', ...options], { ...io, ...outputs })
  return { code, err: io.stderr.text }
}

const answer: SampleRun = (_args, { reporter }) => reporter.answer({ answer: 42 }, '42\n')

describe('a program whose output fails', () => {
  it('says so and ends with 11, for programs too', async () => {
    const full = '✖ Cannot write to standard output: the disk is full.\n  Free some room and try again.\n'
    for (const options of [[], ['--json']]) {
      expect(await run({ stdout: failing('ENOSPC') }, answer, ...options)).toEqual({ code: 11, err: full })
    }
    expect((await run({ stdout: failing('EIO') }, answer)).code).toBe(11)
    const help = await runProgram(sampleProgram(), ['--help'], { ...capturedIo(), stdout: failing('ENOSPC') })
    expect(help).toBe(11)
  })

  it('says nothing of a full disk that it has nothing to write to', async () => {
    expect(await run({ stdout: failing('ENOSPC') }, () => {})).toEqual({ code: 0, err: '' })
  })

  it('stops the command, which cleans up, and tells of the output only', async () => {
    let cleanedUp = false
    const { code, err } = await run({ stdout: failing('EDQUOT') }, async (args, context) => {
      answer(args, context)
      await new Promise((resolve) => context.signal.addEventListener('abort', resolve))
      cleanedUp = true
      context.signal.throwIfAborted()
    })
    expect([code, cleanedUp]).toEqual([11, true])
    expect(err).toMatch(/^✖ Cannot write to standard output: the disk quota is used up\.\n.*\n$/)
  })

  it('goes on when nobody reads: after | head, and behind a terminal that was closed', async () => {
    for (const stdout of [failing('EPIPE'), failing('EIO', true)]) {
      expect(await run({ stdout }, answer)).toEqual({ code: 0, err: '' })
      expect(await written(stdout, 'x')).toBe(false)
    }
    await expect(written(failing('EIO'), 'x')).rejects.toThrow('write')
  })

  it('goes on when there is no room for what it tells on the way', async () => {
    const io = capturedIo()
    const code = await runProgram(
      sampleProgram((args, context) => {
        context.reporter.warn('careful')
        answer(args, context)
      }),
      ['send', '--file', 'f'],
      { ...io, stderr: failing('ENOSPC') },
    )
    expect([code, io.stdout.text]).toEqual([0, '42\n'])
  })
})
