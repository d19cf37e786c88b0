import { describe, expect, it } from 'vitest'
import { clientMachineIdentifier, formatUuid } from './client-machine-identifier.js'
import { decodeOption } from './option-kind.js'

const bytes = Buffer.from('000403020106050807090a0b0c0d0e0f10', 'hex')

describe('client machine identifier', () => {
  it('is a type and a UUID', () => {
    const value = decodeOption(clientMachineIdentifier, bytes)
    expect(value).toEqual({ type: 0, identifier: bytes.subarray(1) })
    expect(clientMachineIdentifier.encode(value)).toEqual(new Uint8Array(bytes))
    expect(clientMachineIdentifier.describe(value)).toBe('01020304-0506-0708-090a-0b0c0d0e0f10')
  })

  it('may be empty, as some firmwares send it', () => {
    expect(decodeOption(clientMachineIdentifier, new Uint8Array(0))).toBeUndefined()
    expect(clientMachineIdentifier.encode(undefined)).toHaveLength(0)
  })

  it('keeps identifiers of types to come', () => {
    expect(decodeOption(clientMachineIdentifier, Uint8Array.of(7, 1, 2))).toEqual({
      type: 7,
      identifier: Uint8Array.of(1, 2),
    })
  })

  it('refuses a UUID that is short or long', () => {
    expect(() => decodeOption(clientMachineIdentifier, bytes.subarray(0, 16))).toThrow(
      'UUID: 16 bytes expected at offset 1, 15 left',
    )
    expect(() => decodeOption(clientMachineIdentifier, new Uint8Array(18))).toThrow('1 more bytes found')
  })
})

describe('formatUuid', () => {
  it('knows both orders of bytes', () => {
    const inOrder = Uint8Array.from({ length: 16 }, (_, index) => index + 1)
    expect(formatUuid(inOrder, 'rfc9562')).toBe('01020304-0506-0708-090a-0b0c0d0e0f10')
    expect(formatUuid(inOrder, 'smbios')).toBe('04030201-0605-0807-090a-0b0c0d0e0f10')
  })

  it('leaves the bytes as they are, also those of a Buffer, whose slices are not copies', () => {
    const packet = Buffer.from(Uint8Array.from({ length: 16 }, (_, index) => index + 1))
    expect(formatUuid(packet, 'smbios')).toBe(formatUuid(packet, 'smbios'))
    expect(packet[0]).toBe(1)
  })
})
