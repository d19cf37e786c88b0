import { describe, expect, it } from 'vitest'
import { decodeOption } from './option-kind.js'
import { bootfileName, hostName, vendorClassIdentifier } from './text.js'

describe('an option of text', () => {
  it('is its bytes', () => {
    expect(Buffer.from(bootfileName.encode('ipxe.efi')).toString('hex')).toBe('697078652e656669')
    expect(decodeOption(hostName, Buffer.from('node-1'))).toBe('node-1')
  })

  it('loses the NULs that firmware ends it with, and only those', () => {
    expect(decodeOption(vendorClassIdentifier, Buffer.from('PXE\0Client\0\0'))).toBe('PXE\0Client')
  })

  it('keeps bytes that are not text', () => {
    const bytes = Buffer.from('ff80c3', 'hex')
    expect(Buffer.from(hostName.encode(decodeOption(hostName, bytes)))).toEqual(bytes)
  })

  it('refuses nothing at all', () => {
    expect(() => decodeOption(hostName, new Uint8Array(0))).toThrow('text: 1 byte expected at offset 0, 0 left')
  })

  it('shows no control character to people', () => {
    expect(hostName.describe('\u001b[2J')).toBe('"\\u001b[2J"')
  })
})
