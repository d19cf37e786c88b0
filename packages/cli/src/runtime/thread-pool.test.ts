import { describe, expect, it } from 'vitest'
import { sizeThreadPool } from './thread-pool.js'

describe('sizeThreadPool', () => {
  it.each([
    [1, undefined, '4'],
    [8, undefined, '10'],
    [8, '3', '3'],
  ])('with %s processors and UV_THREADPOOL_SIZE=%s makes it %s', (processors, given, expected) => {
    const env: NodeJS.ProcessEnv = given === undefined ? {} : { UV_THREADPOOL_SIZE: given }
    sizeThreadPool(env, processors)
    expect(env.UV_THREADPOOL_SIZE).toBe(expected)
  })
})
