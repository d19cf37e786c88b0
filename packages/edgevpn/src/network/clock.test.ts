import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from './clock.js'

describe('systemClock', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('calls when the time has come, not before, and once', () => {
    const run = vi.fn()
    systemClock.at(Date.now() + 1_000, run)
    vi.advanceTimersByTime(999)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(10_000)
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('waits longer than setTimeout can', () => {
    const run = vi.fn()
    const days = 24 * 3_600_000
    systemClock.at(Date.now() + 100 * days, run)
    vi.advanceTimersByTime(99 * days)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1 * days)
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('waits on when the clock is set back', () => {
    const run = vi.fn()
    systemClock.at(Date.now() + 1_000, run)
    vi.setSystemTime(Date.now() - 60_000)
    vi.advanceTimersByTime(1_000)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(60_000)
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('takes an order back', () => {
    const run = vi.fn()
    systemClock.at(Date.now() + 1_000, run)()
    vi.advanceTimersByTime(10_000)
    expect(run).not.toHaveBeenCalled()
  })
})
