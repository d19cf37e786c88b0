import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createCoverage } from './coverage.js'

it('is complete when, and only when, every byte was sent', () => {
  const part = fc.record({ offset: fc.nat(40), length: fc.integer({ min: 1, max: 15 }) })
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), fc.integer({ min: 1, max: 40 }), (parts, size) => {
      const coverage = createCoverage(size)
      const missing = new Set(Array.from({ length: size }, (_, at) => at))
      for (const { offset, length: wanted } of parts.filter((each) => each.offset < size)) {
        const length = Math.min(wanted, size - offset)
        for (let at = offset; at < offset + length; at++) missing.delete(at)
        expect(coverage.add(offset, length)).toBe(missing.size === 0)
      }
    }),
  )
})

it('of an empty file is complete when it was asked for', () => {
  expect(createCoverage(0).add(0, 0)).toBe(true)
})

it('does not grow without limit for a client that fetches every other byte', () => {
  const coverage = createCoverage(1e9)
  for (let at = 0; at < 20_000; at += 2) expect(coverage.add(at, 1)).toBe(false)
  expect(coverage.add(0, 1e9)).toBe(true)
})
