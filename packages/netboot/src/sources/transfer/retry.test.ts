import { describe, expect, it } from 'vitest'
import { backOffMs, retryAfterMs, waitByClock } from './retry.js'

describe('backOffMs', () => {
  it('doubles up to half a minute, and is by chance up to half shorter', () => {
    expect([1, 2, 3, 99].map((failures) => backOffMs(failures, () => 0))).toEqual([500, 1000, 2000, 30_000])
    expect(backOffMs(1, () => 1)).toBe(250)
  })
})

describe('retryAfterMs', () => {
  it('reads seconds and dates', () => {
    const now = Date.parse('2026-01-01T00:00:00Z')
    expect(retryAfterMs('120', now)).toBe(120_000)
    expect(retryAfterMs('Thu, 01 Jan 2026 00:00:10 GMT', now)).toBe(10_000)
    expect(retryAfterMs('Thu, 01 Jan 2015 00:00:00 GMT', now)).toBe(0)
    expect(retryAfterMs('soon', now)).toBeUndefined()
    expect(retryAfterMs(undefined, now)).toBeUndefined()
  })
})

describe('waitByClock', () => {
  it('ends early when it is cancelled', async () => {
    await expect(waitByClock(1_000_000, AbortSignal.abort())).rejects.toThrow()
  })
})
