import { KairosError } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import { runSteps, type StepEvent } from './run-steps.js'
import { defineStep } from './step.js'

function recorder() {
  const log: string[] = []
  return { log, onEvent: ({ type, step }: StepEvent) => void log.push(`${type} ${step}`) }
}

describe('runSteps', () => {
  it('runs a step when those that it needs are done, and gives it their results', async () => {
    const one = defineStep({ id: 'one', title: 'One', run: async () => 1 })
    const two = defineStep({ id: 'two', title: 'Two', run: async () => 2 })
    const sum = defineStep({
      id: 'sum',
      title: 'Sum',
      needs: [one, two],
      run: async ({ resultOf }) => resultOf(one) + resultOf(two),
    })
    const { log, onEvent } = recorder()
    const results = await runSteps([one, two, sum], { onEvent })
    expect(results.of(sum)).toBe(3)
    expect(log.indexOf('started sum')).toBeGreaterThan(Math.max(log.indexOf('done one'), log.indexOf('done two')))
  })

  it('runs steps that do not need each other at the same time', async () => {
    const here = Promise.withResolvers<void>()
    const there = Promise.withResolvers<void>()
    const meet = (own: PromiseWithResolvers<void>, other: PromiseWithResolvers<void>) => async () => {
      own.resolve()
      await other.promise
    }
    const steps = [
      defineStep({ id: 'a', title: 'A', run: meet(here, there) }),
      defineStep({ id: 'b', title: 'B', run: meet(there, here) }),
    ]
    await runSteps(steps)
  })

  it('tells the others to stop when one fails, waits for them, starts no further one and throws its error', async () => {
    let stopped = false
    const long = defineStep({
      id: 'long',
      title: 'Long',
      run: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            stopped = true
            reject(signal.reason)
          })
        }),
    })
    const bad = defineStep({
      id: 'bad',
      title: 'Bad',
      run: async () => {
        throw new KairosError('input/not-found', 'A file expected, none found.')
      },
    })
    const never = defineStep({ id: 'never', title: 'Never', needs: [long, bad], run: async () => 1 })
    const { log, onEvent } = recorder()
    await expect(runSteps([long, bad, never], { onEvent })).rejects.toMatchObject({ code: 'input/not-found' })
    expect(stopped).toBe(true)
    expect(log).toEqual(['started long', 'started bad', 'failed bad'])
  })

  it('ends with aborted when it is cancelled', async () => {
    const controller = new AbortController()
    const step = defineStep({
      id: 'a',
      title: 'A',
      run: async ({ signal }) => {
        controller.abort()
        signal.throwIfAborted()
      },
    })
    await expect(runSteps([step], { signal: controller.signal })).rejects.toMatchObject({ code: 'aborted' })
    await expect(runSteps([step], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' })
  })

  it('refuses a step that needs one that is not there', async () => {
    const absent = defineStep({ id: 'absent', title: 'Absent', run: async () => 1 })
    const step = defineStep({ id: 'a', title: 'A', needs: [absent], run: async () => 1 })
    await expect(runSteps([step])).rejects.toMatchObject({ code: 'argument/invalid' })
  })

  it('tells what was there from an earlier run, and how long steps took', async () => {
    const reused = defineStep({ id: 'a', title: 'A', run: async ({ reuse }) => reuse() })
    const made = defineStep({ id: 'b', title: 'B', run: async () => {} })
    const done: unknown[] = []
    await runSteps([reused, made], {
      onEvent: (event) => {
        if (event.type === 'done') done.push([event.step, event.reused, event.ms >= 0])
      },
    })
    expect(done).toEqual([
      ['a', true, true],
      ['b', false, true],
    ])
  })

  it('hands over what is to be let go of, also of a step that fails', async () => {
    const releases: (() => Promise<void>)[] = []
    const log: string[] = []
    const step = defineStep({
      id: 'a',
      title: 'A',
      async run({ defer }) {
        defer(async () => void log.push('released'))
        throw new KairosError('input/not-found', 'A file expected, none found.')
      },
    })
    await expect(runSteps([step], { onDefer: (release) => releases.push(release) })).rejects.toMatchObject({
      code: 'input/not-found',
    })
    for (const release of releases) await release()
    expect(log).toEqual(['released'])
  })
})
