import { stripVTControlCharacters } from 'node:util'
import { KairosError } from '@kairos-sdk/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type CapturedIoInit, capturedIo } from '../../testing/captured-io.js'
import type { LogLevel } from './log-level.js'
import { printable } from './printable.js'
import type { Reporter } from './reporter.js'
import { createTextReporter } from './text-reporter.js'

afterEach(() => {
  vi.useRealTimers()
})

function setUp(init: CapturedIoInit & { logLevel?: LogLevel } = {}) {
  const clock = { now: 0 }
  const io = capturedIo({ columns: 80, rows: 24, ...init })
  const reporter = createTextReporter(io, {
    logLevel: init.logLevel ?? 'info',
    verbose: false,
    now: () => clock.now,
  })
  return { io, reporter, clock, shown: () => stripVTControlCharacters(io.stderr.text) }
}

function pairOnce(reporter: Reporter, clock: { now: number }) {
  const task = reporter.task({ name: 'a.png', message: 'Starting' })
  task.progress({ phase: 'starting', message: 'Starting' })
  task.progress({ phase: 'listening', message: 'Waiting' })
  clock.now = 1_200
  task.succeed('Registered')
}

describe('createTextReporter', () => {
  it('writes a plain line for each step into a pipe, and none twice', () => {
    const { io, reporter, clock } = setUp()
    pairOnce(reporter, clock)
    expect(io.stderr.text).toBe('a.png: Starting\na.png: Waiting\n✔ a.png: Registered  1.2 s\n')
    expect(io.stdout.text).toBe('')
  })

  it('moves a line for each task on a terminal, with the time that went by, and leaves the outcome', () => {
    vi.useFakeTimers()
    const { io, reporter, clock, shown } = setUp({ isTTY: true })
    const first = reporter.task({ name: 'a.png', message: 'Waiting' })
    const second = reporter.task({ name: 'b.png', message: 'Waiting' })
    clock.now = 2_000
    vi.advanceTimersByTime(100)
    expect(shown()).toMatch(/⠙ a\.png: Waiting {2}2\.0 s\n⠙ b\.png: Waiting {2}2\.0 s\n$/)
    second.succeed('Registered')
    expect(shown()).toMatch(/✔ b\.png: Registered {2}2\.0 s\n⠙ a\.png: Waiting {2}2\.0 s\n$/)
    first.drop()
    const before = io.stderr.text
    vi.advanceTimersByTime(1_000)
    expect(io.stderr.text).toBe(before)
    // The cursor is back, and the terminal breaks long lines again.
    expect(before.lastIndexOf('\x1b[?25h')).toBeGreaterThan(before.lastIndexOf('\x1b[?25l'))
    expect(before.lastIndexOf('\x1b[?7h')).toBeGreaterThan(before.lastIndexOf('\x1b[?7l'))
  })

  it('counts the tasks that do not fit the terminal', () => {
    const { reporter, shown } = setUp({ isTTY: true, rows: 6 })
    for (let number = 1; number <= 10; number++) reporter.task({ name: `${number}`, message: 'Waiting' })
    const last = shown().trimEnd().split('\n').slice(-4)
    expect(last[0]).toContain('1: Waiting')
    expect(last[3]).toContain('… and 7 more')
    reporter.close()
  })

  it('shows a view as it is at each moment, as large as the terminal lets it, and writes nothing while it stays', () => {
    vi.useFakeTimers()
    const { io, reporter, shown } = setUp({ isTTY: true, columns: 40, rows: 10 })
    let state = ['one']
    const sizes: object[] = []
    const view = reporter.view((size) => {
      sizes.push(size)
      return state
    })
    expect(shown()).toBe('one\n')
    expect(sizes[0]).toEqual({ columns: 40, lines: 8 })
    const first = io.stderr.text
    vi.advanceTimersByTime(1_000)
    expect(io.stderr.text).toBe(first)
    state = ['one', 'two\x1b[2J']
    vi.advanceTimersByTime(100)
    expect(shown().slice('one\n'.length)).toBe('\rone\ntwo\ufffd[2J\n')
    reporter.note('By the way')
    expect(shown()).toMatch(/By the way\none\ntwo/)
    view?.[Symbol.dispose]()
    expect(io.stderr.text.endsWith('\x1b[J\x1b[?25h')).toBe(true)
  })

  it('goes up over lines that a terminal has broken because it was made narrower', () => {
    vi.useFakeTimers()
    const { io, reporter } = setUp({ isTTY: true, columns: 40 })
    let state = ['x'.repeat(35), 'y']
    reporter.view(() => state)
    const before = io.stderr.text.length
    Object.assign(io.stderr, { columns: 20 })
    state = ['short']
    vi.advanceTimersByTime(100)
    expect(io.stderr.text.slice(before)).toContain('\x1b[3A')
    reporter.close()
    expect(io.stderr.text.endsWith('\x1b[1A\r\x1b[J\x1b[?25h')).toBe(true)
  })

  it('shows no view where nothing moves', () => {
    expect(setUp().reporter.view(() => ['x'])).toBeUndefined()
    expect(setUp({ isTTY: true, logLevel: 'warn' }).reporter.view(() => ['x'])).toBeUndefined()
  })

  it('writes above the moving lines, and takes them away before an answer', () => {
    const { io, reporter, shown } = setUp({ isTTY: true })
    reporter.task({ message: 'Waiting' })
    reporter.note('By the way')
    expect(shown()).toMatch(/By the way\n⠋ Waiting {2}0\.0 s\n$/)
    reporter.answer({}, 'the answer\n')
    expect(io.stderr.text.endsWith('\x1b[J\x1b[?25h')).toBe(true)
    expect(io.stdout.text).toBe('the answer\n')
    reporter.close()
  })

  it.each([
    ['a terminal', { isTTY: true }, true],
    ['a pipe', { isTTY: false }, false],
    ['a terminal with NO_COLOR', { isTTY: true, env: { NO_COLOR: '1' } }, false],
    ['a terminal with an empty NO_COLOR', { isTTY: true, env: { NO_COLOR: '' } }, true],
    ['a dumb terminal', { isTTY: true, env: { TERM: 'dumb' } }, false],
  ])('has colours or not, as %s wants it', (_name, init, colored) => {
    const { io, reporter } = setUp(init)
    reporter.error(new KairosError('internal', 'x'))
    expect(io.stderr.text).toBe(colored ? '\x1b[31m✖\x1b[39m x\n' : '✖ x\n')
  })

  it('moves nothing on a dumb terminal', () => {
    const { io, reporter, clock } = setUp({ isTTY: true, env: { TERM: 'dumb' } })
    pairOnce(reporter, clock)
    expect(io.stderr.text).not.toContain('\x1b')
  })

  it.each<[LogLevel, string[]]>([
    ['silent', []],
    ['error', ['✖ m: bad', '✖ worse']],
    ['warn', ['! warning', '✖ m: bad', '✖ worse']],
    ['info', ['note', '! warning', 'm: Waiting', '✖ m: bad  0.0 s', '✖ worse']],
    ['debug', ['detail', 'note', '! warning', 'm: Waiting', '✖ m: bad  0.0 s', '✖ worse']],
  ])('tells at log level %s what belongs to it', (logLevel, expected) => {
    const { io, reporter } = setUp({ logLevel })
    reporter.debug('detail')
    reporter.note('note')
    reporter.warn('warning')
    reporter.task({ name: 'm', message: 'Waiting' }).fail(new KairosError('internal', 'bad'))
    reporter.error(new KairosError('internal', 'worse'))
    const lines = io.stderr.text.split('\n').filter((line) => line !== '')
    expect(
      lines.map((line) => (logLevel === 'error' || logLevel === 'warn' ? line.replace('  0.0 s', '') : line)),
    ).toEqual(expected)
  })

  it('shows what is part of the work at every log level', () => {
    const { io, reporter } = setUp({ logLevel: 'silent' })
    reporter.show('code\n')
    expect(io.stderr.text).toBe('code\n')
  })

  it('lets no name, message or answer take over the terminal', () => {
    const { io, reporter } = setUp({ isTTY: true, env: { NO_COLOR: '1', TERM: 'dumb' } })
    reporter.task({ name: 'a\x1b[2J', message: 'b\x07' }).succeed('c\x1bc')
    reporter.note('d\x1b]0;e')
    reporter.error(new KairosError('internal', 'f\x9b', { hint: 'g\x1b' }))
    reporter.answer({}, 'h\x1b[31m\n')
    const all = io.stderr.text + io.stdout.text
    expect(all).toBe(printable(all))
  })

  it('gives a pipe the answer byte for byte', () => {
    const { io, reporter } = setUp()
    reporter.answer({}, 'a\r\n\x1b[0m')
    expect(io.stdout.text).toBe('a\r\n\x1b[0m')
  })
})
