import { describe, expect, it } from 'vitest'
import { evaluateConditions, rangeApplies } from './conditions.js'

const modified = new Date('2026-01-02T03:04:05Z')
const validators = { etag: '"now"', modified }
const before = 'Fri, 02 Jan 2026 03:04:04 GMT'
const same = modified.toUTCString()

describe('evaluateConditions', () => {
  it.each([
    [{}, 'send'],
    [{ 'if-none-match': '"now"' }, 'not-modified'],
    [{ 'if-none-match': 'W/"now"' }, 'not-modified'],
    [{ 'if-none-match': '"then", "now"' }, 'not-modified'],
    [{ 'if-none-match': '*' }, 'not-modified'],
    [{ 'if-none-match': '"then"' }, 'send'],
    [{ 'if-none-match': '"then"', 'if-modified-since': same }, 'send'],
    [{ 'if-modified-since': same }, 'not-modified'],
    [{ 'if-modified-since': before }, 'send'],
    [{ 'if-modified-since': 'nonsense' }, 'send'],
    [{ 'if-match': '"now"' }, 'send'],
    [{ 'if-match': '*' }, 'send'],
    [{ 'if-match': 'W/"now"' }, 'precondition-failed'],
    [{ 'if-match': '"then"' }, 'precondition-failed'],
    [{ 'if-unmodified-since': before }, 'precondition-failed'],
    [{ 'if-unmodified-since': same }, 'send'],
  ])('%j: %s', (headers, outcome) => {
    expect(evaluateConditions(headers, validators)).toBe(outcome)
  })
})

describe('rangeApplies', () => {
  it.each([
    [undefined, true],
    ['"now"', true],
    ['"then"', false],
    ['W/"now"', false],
    [same, true],
    [before, false],
    ['nonsense', false],
  ])('If-Range %s: %s', (header, applies) => {
    expect(rangeApplies(header, validators)).toBe(applies)
  })
})
