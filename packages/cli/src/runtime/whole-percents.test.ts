import type { ProgressEvent } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import { wholePercents } from './whole-percents.js'

describe('wholePercents', () => {
  const event = (done: number, phase = 'write'): ProgressEvent => ({ phase, message: 'm', done, total: 1_000 })

  it('lets only one event through for each percent', () => {
    const told: ProgressEvent[] = []
    const tell = wholePercents((each) => told.push(each))
    for (let done = 0; done <= 1_000; done++) tell(event(done))
    expect(told.map(({ done }) => done)).toEqual(Array.from({ length: 101 }, (_, percent) => percent * 10))
  })

  it('lets another phase through, under the message that it was given', () => {
    const told: string[] = []
    const tell = wholePercents(({ phase, message }) => told.push(`${phase} ${message}`), 'Writing x.iso')
    for (const phase of ['write', 'write', 'flush']) tell(event(5, phase))
    expect(told).toEqual(['write Writing x.iso', 'flush Writing x.iso'])
  })
})
