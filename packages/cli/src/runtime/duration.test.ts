import { describe, expect, it } from 'vitest'
import { formatElapsed, parseDuration } from './duration.js'

describe('parseDuration', () => {
  it.each([
    ['90', 90_000],
    ['90s', 90_000],
    ['1.5', 1_500],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['1h30m15s', 5_415_000],
    ['0.5h', 1_800_000],
    ['500ms', 500],
    ['1s500ms', 1_500],
    ['576h', 2_073_600_000],
  ])('reads %s', (text, expected) => {
    expect(parseDuration(text, '--timeout')).toBe(expected)
  })

  it.each([
    '',
    ' ',
    '10 m',
    '5x',
    '-5',
    '1m1h',
    '10M',
    'm',
    '1e3',
    '1.m',
    '0',
    '0s',
    '0.0001s',
    '597h',
    '99999999999999',
  ])('refuses %j and names the option', (text) => {
    expect(() => parseDuration(text, '--timeout')).toThrow(/^--timeout: a duration like 90 \(seconds\), 10m or 1h30m/)
  })
})

describe('formatElapsed', () => {
  it.each([
    [0, '0.0 s'],
    [840, '0.8 s'],
    [9_949, '9.9 s'],
    [9_951, '10 s'],
    [59_499, '59 s'],
    [59_600, '1 min 0 s'],
    [185_000, '3 min 5 s'],
  ])('tells %i ms as %s', (elapsedMs, expected) => {
    expect(formatElapsed(elapsedMs)).toBe(expected)
  })
})
