import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from './clock.js'

const DAY_MS = 24 * 3_600_000

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

  it('waits on when the clock is set back', () => {
    const run = vi.fn()
    systemClock.at(Date.now() + 1_000, run)
    vi.setSystemTime(Date.now() - 60_000)
    vi.advanceTimersByTime(1_000)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(60_000)
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('notices within a second that the clock was set forward, or that the machine slept', () => {
    const run = vi.fn()
    systemClock.at(Date.now() + 3_600_000, run)
    vi.advanceTimersByTime(10_000)
    vi.setSystemTime(Date.now() + 3_600_000)
    vi.advanceTimersByTime(1_000)
    expect(run).toHaveBeenCalledTimes(1)
  })

  it.each([-3_600_000, 3_600_000])('measures a time that passes though the clock is set by %i ms', (jump) => {
    const run = vi.fn()
    systemClock.after(10_000, run)
    vi.advanceTimersByTime(5_000)
    vi.setSystemTime(Date.now() + jump)
    vi.advanceTimersByTime(4_999)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('lets a time pass that is longer than setTimeout can count, and never comes to infinity', () => {
    const run = vi.fn()
    const never = vi.fn()
    systemClock.after(100 * DAY_MS, run)
    const cancel = systemClock.after(Number.POSITIVE_INFINITY, never)
    vi.advanceTimersByTime(100 * DAY_MS - 1)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(run).toHaveBeenCalledTimes(1)
    expect(never).not.toHaveBeenCalled()
    cancel()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('takes an order back, also one that has waited for long', () => {
    const run = vi.fn()
    systemClock.at(Date.now() + 1_000, run)()
    systemClock.after(1_000, run)()
    const cancelAt = systemClock.at(Date.now() + 10_000, run)
    vi.advanceTimersByTime(5_000)
    cancelAt()
    vi.advanceTimersByTime(10_000)
    expect(run).not.toHaveBeenCalled()
  })
})
