import { describe, expect, it } from 'vitest'
import { decodeOption } from './option-kind.js'
import { RelaySubOption, relayAgentInformation } from './relay-agent-information.js'

const bytes = Buffer.from('0104000a0001020652540012aabb', 'hex')

describe('relay agent information', () => {
  it('is sub-options of code, length and value', () => {
    const value = decodeOption(relayAgentInformation, bytes)
    expect(value.get(RelaySubOption.circuitId)).toEqual(Buffer.from('000a0001', 'hex'))
    expect(value.get(RelaySubOption.remoteId)).toEqual(Buffer.from('52540012aabb', 'hex'))
    expect(Buffer.from(relayAgentInformation.encode(value))).toEqual(bytes)
    expect(relayAgentInformation.describe(value)).toBe('1=000a0001 2=52540012aabb')
  })

  it('has no padding and no end: 0 and 255 are codes like others', () => {
    expect([...decodeOption(relayAgentInformation, Uint8Array.of(0, 1, 7, 255, 0)).keys()]).toEqual([0, 255])
  })

  it('refuses a sub-option that is cut off', () => {
    expect(() => decodeOption(relayAgentInformation, bytes.subarray(0, 5))).toThrow(
      'option 82 (relay agent information): sub-option 1: 4 bytes expected at offset 2, 3 left',
    )
    expect(() => decodeOption(relayAgentInformation, Uint8Array.of(1))).toThrow('sub-option length: 1 byte expected')
  })
})
