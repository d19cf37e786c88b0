import { type ErrorCode, ErrorCodes } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import { ExitCodes, exitCodeOf, exitCodeTitles } from './exit-codes.js'

describe('exitCodeOf', () => {
  it('has an exit code that means something for every error but our own mistakes', () => {
    const codes = Object.keys(ErrorCodes) as ErrorCode[]
    expect(codes.filter((code) => exitCodeOf(code) === ExitCodes.internal)).toEqual(['internal'])
  })

  it.each<[ErrorCode, number]>([
    ['argument/invalid', 2],
    ['cloud-config/not-yaml', 3],
    ['input/not-found', 4],
    ['input/is-a-directory', 4],
    ['token/not-base64', 5],
    ['qr/not-a-picture', 6],
    ['qr/no-code', 7],
    ['screenshot/unavailable', 7],
    ['pairing/no-peer', 8],
    ['pairing/no-config', 8],
    ['pairing/not-acknowledged', 9],
    ['network/start-failed', 10],
    ['output/no-space', 11],
    ['aborted', 130],
  ])('keeps %s at %i, because scripts rely on it', (code, expected) => {
    expect(exitCodeOf(code)).toBe(expected)
  })

  it('falls back to 1 for a code of a newer library', () => {
    expect(exitCodeOf('weather/rain' as ErrorCode)).toBe(1)
  })

  it('gives every exit code one number and one meaning', () => {
    expect(new Set(Object.values(ExitCodes)).size).toBe(Object.keys(ExitCodes).length)
    expect(Object.keys(exitCodeTitles)).toEqual(Object.keys(ExitCodes))
  })
})
