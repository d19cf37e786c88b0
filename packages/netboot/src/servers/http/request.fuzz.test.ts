import { KairosError } from '@kairos-sdk/core'
import { expect, it } from 'vitest'
import { FUZZ_RUNS, fuzz } from '../../../../../fuzz/mutate.js'
import { memorySource } from '../../bytes/memory-source.js'
import { evaluateConditions, rangeApplies } from './conditions.js'
import { parsePublicPath } from './public-path.js'
import { parseRange } from './range.js'
import { createRegistry } from './registry.js'
import { parseRequestTarget } from './request-path.js'

const timeout = 60_000 + FUZZ_RUNS
const never = () => false
const texts = (...all: string[]) => all.map((text) => Buffer.from(text, 'latin1'))

it('a damaged path leads to nothing, but where it is another spelling of the true one', { timeout }, async () => {
  const registry = createRegistry()
  const { path } = registry.register(memorySource('config.yaml', 's3cret'), { name: 'config.yaml', machine: 'a' })
  const escaped = path.replaceAll('.', '%2E')
  const originals = texts(path, escaped, `http://10.0.0.1:8090${path}?a=b`, path.replace('/config', '/../config'))
  const find = (target: string) => {
    const parsed = parseRequestTarget(target)
    return parsed && registry.find(parsed.path) && parsed.path
  }
  let found = 0
  await fuzz(
    originals,
    (bytes) => {
      const other = find(Buffer.from(bytes).toString('latin1'))
      if (other === undefined) return
      found++
      expect(other).toBe(path)
    },
    never,
  )
  // Damage behind the question mark, or to the host, is none.
  expect(found).toBeLessThan(FUZZ_RUNS / 2)
})

it('a public path is taken in one spelling or refused, and never climbs', { timeout }, async () => {
  await fuzz(
    texts('/kairos.iso', '/machines/a%20b.iso', '/a/../b', '/%2e%2e/b', '//x'),
    (bytes) => expect(parsePublicPath(Buffer.from(bytes).toString('latin1')).split('/')).not.toContain('..'),
    (error) => KairosError.is(error),
  )
})

it('a range that is taken lies within the file', { timeout }, async () => {
  const size = 1_000
  await fuzz(
    texts('bytes=0-499', 'bytes=-500', 'bytes=999-', 'bytes=0-0,-1', 'bytes = 5-4', 'items=0-1'),
    (bytes) => {
      const range = parseRange(Buffer.from(bytes).toString('latin1'), size)
      if (range === undefined || range === 'unsatisfiable') return
      expect(range.length).toBeGreaterThan(0)
      expect(range.offset).toBeGreaterThanOrEqual(0)
      expect(range.offset + range.length).toBeLessThanOrEqual(size)
    },
    never,
  )
})

it('damaged conditions are answered one way or the other', { timeout }, async () => {
  const validators = { etag: '"aGVsbG8"', modified: new Date(0) }
  const header = ['if-match', 'if-none-match', 'if-unmodified-since', 'if-modified-since']
  let run = 0
  await fuzz(
    texts('"aGVsbG8"', 'W/"aGVsbG8", "x"', '*', 'Thu, 01 Jan 1970 00:00:00 GMT'),
    (bytes) => {
      const text = Buffer.from(bytes).toString('latin1')
      const verdict = evaluateConditions({ [header[run++ % header.length] ?? '']: text }, validators)
      expect(['send', 'not-modified', 'precondition-failed']).toContain(verdict)
      expect(typeof rangeApplies(text, validators)).toBe('boolean')
    },
    never,
  )
})
