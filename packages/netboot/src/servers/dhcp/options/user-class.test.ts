import { describe, expect, it } from 'vitest'
import { decodeOption } from './option-kind.js'
import { userClass } from './user-class.js'

describe('user class', () => {
  it('is classes, each after its length', () => {
    const bytes = Buffer.from('\x04iPXE\x06kairos', 'latin1')
    expect(decodeOption(userClass, bytes)).toEqual(['iPXE', 'kairos'])
    expect(Buffer.from(userClass.encode(['iPXE', 'kairos']))).toEqual(bytes)
  })

  it('is a bare class where no length fits', () => {
    expect(decodeOption(userClass, Buffer.from('iPXE'))).toEqual(['iPXE'])
    expect(decodeOption(userClass, Buffer.from('iPXE\0'))).toEqual(['iPXE'])
    expect(decodeOption(userClass, Buffer.from('\x04iPXEx', 'latin1'))).toEqual(['\x04iPXEx'])
    expect(decodeOption(userClass, Buffer.from('\x04iPXE\x00', 'latin1'))).toEqual(['\x04iPXE'])
  })

  it('refuses nothing at all', () => {
    expect(() => decodeOption(userClass, new Uint8Array(0))).toThrow('class: 1 byte expected at offset 0, 0 left')
  })
})
