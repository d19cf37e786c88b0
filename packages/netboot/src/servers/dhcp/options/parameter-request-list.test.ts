import { describe, expect, it } from 'vitest'
import { decodeOption } from './option-kind.js'
import { parameterRequestList } from './parameter-request-list.js'

describe('parameter request list', () => {
  it('is a byte for each code, in order', () => {
    expect(parameterRequestList.encode([1, 3, 67, 175])).toEqual(Uint8Array.of(1, 3, 67, 175))
    expect(decodeOption(parameterRequestList, Uint8Array.of(67, 3, 1))).toEqual([67, 3, 1])
    expect(parameterRequestList.describe([67, 3])).toBe('67,3')
  })

  it('asks for one at least', () => {
    expect(() => decodeOption(parameterRequestList, new Uint8Array(0))).toThrow('code: 1 byte expected at offset 0')
  })
})
