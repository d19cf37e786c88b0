import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodePacket, encodePacket, type TftpPacket } from './packet.js'

const latin1 = (text: string) => Buffer.from(text, 'latin1')

const word = fc
  .uint8Array({ minLength: 1, maxLength: 20 })
  .map((bytes) => Buffer.from(bytes.map((byte) => byte || 1)).toString('latin1'))
const uint16 = fc.nat(0xffff)
const options = fc.uniqueArray(fc.tuple(word, word), { maxLength: 5, selector: ([name]) => name.toLowerCase() })
const packets: fc.Arbitrary<TftpPacket> = fc.oneof(
  fc.record({
    type: fc.constantFrom('rrq' as const, 'wrq' as const),
    name: word,
    mode: fc.constantFrom('octet', 'netascii'),
    options: options.map((entries) => new Map(entries)),
  }),
  fc.record({ type: fc.constant('data' as const), block: uint16, bytes: fc.uint8Array({ maxLength: 600 }) }),
  fc.record({ type: fc.constant('ack' as const), block: uint16 }),
  fc.record({ type: fc.constant('error' as const), code: uint16, message: word }),
  fc.record({ type: fc.constant('oack' as const), options: options.map((entries) => new Map(entries)) }),
)

describe('TFTP packet', () => {
  it.each<[string, TftpPacket, string]>([
    [
      'a read request with options',
      { type: 'rrq', name: 'ipxe.efi', mode: 'octet', options: new Map([['blksize', '1432']]) },
      '\x00\x01ipxe.efi\x00octet\x00blksize\x001432\x00',
    ],
    ['a write request', { type: 'wrq', name: 'x', mode: 'netascii', options: new Map() }, '\x00\x02x\x00netascii\x00'],
    ['data', { type: 'data', block: 258, bytes: Uint8Array.of(0xff) }, '\x00\x03\x01\x02\xff'],
    ['empty data', { type: 'data', block: 0xffff, bytes: new Uint8Array(0) }, '\x00\x03\xff\xff'],
    ['an acknowledgement', { type: 'ack', block: 1 }, '\x00\x04\x00\x01'],
    ['an error', { type: 'error', code: 1, message: 'File not found' }, '\x00\x05\x00\x01File not found\x00'],
    ['an acknowledgement of options', { type: 'oack', options: new Map([['tsize', '7']]) }, '\x00\x06tsize\x007\x00'],
  ])('has %s as these bytes', (_, packet, bytes) => {
    expect(Buffer.from(encodePacket(packet)).toString('latin1')).toBe(bytes)
    expect(decodePacket(new Uint8Array(latin1(bytes)))).toEqual(packet)
  })

  it('copes with what clients do: modes in capitals, padding, errors without a message', () => {
    expect(decodePacket(latin1('\x00\x01x\x00OcTeT\x00\x00\x00\x00'))).toMatchObject({ mode: 'octet' })
    expect(decodePacket(latin1('\x00\x04\x00\x01\x00\x00'))).toEqual({ type: 'ack', block: 1 })
    expect(decodePacket(latin1('\x00\x05\x00\x00'))).toEqual({ type: 'error', code: 0, message: '' })
    expect(decodePacket(latin1('\x00\x05\x00\x00gone'))).toMatchObject({ message: 'gone' })
  })

  it('takes the first of an option that comes twice, in whatever case', () => {
    const packet = decodePacket(latin1('\x00\x01x\x00octet\x00blksize\x001000\x00BLKSIZE\x002000\x00'))
    expect(packet).toMatchObject({ options: new Map([['blksize', '1000']]) })
  })

  it.each([
    ['', 'opcode: 2 bytes expected at offset 0, 0 left'],
    ['\x00', 'opcode: 2 bytes expected at offset 0, 1 left'],
    ['\x00\x00', 'opcode: 1 to 6 expected, 0 found'],
    ['\x00\x07', 'opcode: 1 to 6 expected, 7 found'],
    ['\x00\x01name', 'file name: a NUL at its end expected'],
    ['\x00\x01name\x00octet', 'mode: a NUL at its end expected'],
    ['\x00\x01name\x00octet\x00blksize', 'option: a NUL at its end expected'],
    ['\x00\x01name\x00octet\x00blksize\x00512', 'value of option "blksize": a NUL at its end expected'],
    ['\x00\x03\x00', 'block: 2 bytes expected at offset 2, 1 left'],
    ['\x00\x04\x00', 'block: 2 bytes expected at offset 2, 1 left'],
    ['\x00\x05\x00', 'code: 2 bytes expected at offset 2, 1 left'],
  ])('refuses %j', (bytes, message) => {
    expect(() => decodePacket(latin1(bytes))).toThrow(message)
  })

  it('refuses more options than anybody has', () => {
    const many = Array.from({ length: 33 }, (_, index) => `o${index}\x00v\x00`).join('')
    expect(() => decodePacket(latin1(`\x00\x01x\x00octet\x00${many}`))).toThrow('at most 32 expected')
  })

  it('survives being written and read', () => {
    fc.assert(
      fc.property(packets, (packet) => {
        expect(decodePacket(encodePacket(packet))).toEqual(packet)
      }),
    )
  })
})
