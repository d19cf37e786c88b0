import { KairosError } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import { capturedIo } from '../../testing/captured-io.js'
import { createJsonReporter } from './json-reporter.js'

describe('createJsonReporter', () => {
  it('says everything on standard output, an object a line', () => {
    const io = capturedIo()
    let now = 0
    const reporter = createJsonReporter(io, { logLevel: 'info', verbose: false, now: () => now })
    const task = reporter.task({ name: 'a.png', message: 'Starting', data: { machine: 'a.png' } })
    now = 12.6
    task.progress({ phase: 'listening', message: 'Waiting', subject: 'peer' })
    task.succeed('Registered', { peerId: 'p' })
    task.fail(new KairosError('pairing/no-peer', 'Nobody.', { hint: 'Wait.' }))
    task.drop()
    reporter.failure('argument 2', new KairosError('input/not-found', 'No.'), { argument: 2 })
    reporter.debug('hidden')
    reporter.warn('careful')
    reporter.show('code')
    reporter.event('token', { token: 't' })
    reporter.answer({ event: 'result' }, 'text\n')
    reporter.close()
    expect(io.stdout.json).toEqual([
      { event: 'started', machine: 'a.png', message: 'Starting' },
      {
        event: 'progress',
        machine: 'a.png',
        phase: 'listening',
        message: 'Waiting',
        subject: 'peer',
        elapsedMs: 13,
      },
      { event: 'succeeded', machine: 'a.png', message: 'Registered', elapsedMs: 13, peerId: 'p' },
      { event: 'failed', machine: 'a.png', code: 'pairing/no-peer', message: 'Nobody.', hint: 'Wait.', elapsedMs: 13 },
      { event: 'failed', argument: 2, code: 'input/not-found', message: 'No.' },
      { event: 'log', level: 'warn', message: 'careful' },
      { event: 'token', token: 't' },
      { event: 'result' },
    ])
    expect(io.stderr.text).toBe('')
  })
})
