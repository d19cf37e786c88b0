import { KairosError } from '@kairos-sdk/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MessageType, messageType } from './options/message-type.js'
import { option, readOption } from './options/option-kind.js'
import { relayAgentInformation } from './options/relay-agent-information.js'
import { bootfileName, hostName } from './options/text.js'
import { BROADCAST_FLAG, type DhcpPacket, decodePacket, emptyPacket, encodePacket, Op } from './packet.js'

const discover = emptyPacket({
  op: Op.request,
  xid: 0x12345678,
  secs: 4,
  flags: BROADCAST_FLAG,
  chaddr: Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56),
  options: new Map([option(messageType, MessageType.discover)]),
})

const address = fc.ipV4()
const latin1 = (maxLength: number) =>
  fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0)).toString('latin1'))
const code = fc.integer({ min: 1, max: 254 }).filter((value) => value !== 52)
const packets: fc.Arbitrary<DhcpPacket> = fc.record({
  op: fc.nat(255),
  htype: fc.nat(255),
  hops: fc.nat(255),
  xid: fc.nat(0xffffffff),
  secs: fc.nat(0xffff),
  flags: fc.nat(0xffff),
  ciaddr: address,
  yiaddr: address,
  siaddr: address,
  giaddr: address,
  chaddr: fc.uint8Array({ maxLength: 16 }),
  sname: latin1(64),
  file: latin1(128),
  options: fc
    .array(fc.tuple(code, fc.uint8Array({ maxLength: 600, size: 'max' })), { maxLength: 8 })
    .map((entries) => new Map(entries)),
})

/** In the order and types that comparisons need. */
function plain(packet: DhcpPacket) {
  const options = [...packet.options].sort(([a], [b]) => a - b).map(([key, bytes]) => [key, Buffer.from(bytes)])
  return { ...packet, chaddr: Buffer.from(packet.chaddr), options }
}

describe('DHCP packet', () => {
  it('has every field at its offset', () => {
    const bytes = encodePacket({
      ...discover,
      hops: 2,
      ciaddr: '1.1.1.1',
      yiaddr: '2.2.2.2',
      siaddr: '3.3.3.3',
      giaddr: '4.4.4.4',
      sname: 'server',
      file: 'file',
    })
    const hex = (start: number, end: number) => Buffer.from(bytes.subarray(start, end)).toString('hex')
    expect(hex(0, 28)).toBe('010106021234567800048000'.concat('01010101', '02020202', '03030303', '04040404'))
    expect(hex(28, 44)).toBe('52540012345600000000000000000000')
    expect(hex(44, 52)).toBe('7365727665720000')
    expect(hex(108, 114)).toBe('66696c650000')
    expect(hex(236, 244)).toBe('63825363350101ff')
    expect(bytes).toHaveLength(300)
    expect(decodePacket(bytes)).toMatchObject({ sname: 'server', file: 'file', hops: 2, giaddr: '4.4.4.4' })
  })

  it('writes options in an order of its own: type first, relay information last', () => {
    const options = new Map([
      option(relayAgentInformation, new Map([[1, Uint8Array.of(7)]])),
      [224, Uint8Array.of(9)] as const,
      option(hostName, 'a'),
      option(messageType, MessageType.discover),
    ])
    const bytes = encodePacket({ ...discover, options })
    expect(Buffer.from(bytes.subarray(240, 256)).toString('hex')).toBe('3501010c0161e0010952030101' + '07ff00')
  })

  it('reads options out of file and sname where they are overloaded, in the order of RFC 3396', () => {
    const bytes = encodePacket(discover)
    bytes.set(Buffer.from('350101340103430161ff', 'hex'), 240)
    bytes.set(Buffer.from('430162ff', 'hex'), 108)
    bytes.set(Buffer.from('4301630c0178ff', 'hex'), 44)
    const packet = decodePacket(bytes)
    expect(readOption(packet.options, bootfileName)).toBe('abc')
    expect(readOption(packet.options, hostName)).toBe('x')
    expect(packet).toMatchObject({ sname: '', file: '' })
    expect(packet.options.has(52)).toBe(false)
  })

  it('puts options into empty file and sname when there is too little room', () => {
    const long = { ...discover, options: new Map([...discover.options, option(bootfileName, 'u'.repeat(400))]) }
    const bytes = encodePacket(long)
    expect(bytes.length).toBeLessThanOrEqual(548)
    expect(plain(decodePacket(bytes))).toEqual(plain(long))
    const taken = { ...long, file: 'f' }
    expect(() => encodePacket({ ...taken, sname: 's' })).toThrow('options that fit 548 bytes expected')
    expect(encodePacket({ ...taken, sname: 's' }, { maxBytes: 1_472 }).length).toBeGreaterThan(548)
  })

  it('refuses what is no DHCP packet', () => {
    const bytes = encodePacket(discover)
    expect(() => decodePacket(bytes.subarray(0, 239))).toThrow('magic cookie: 4 bytes expected at offset 236, 3 left')
    expect(() => decodePacket(new Uint8Array(0))).toThrow('DHCP packet: op: 1 byte expected at offset 0, 0 left')
    expect(() => decodePacket(Uint8Array.from(bytes).fill(0, 236, 240))).toThrow('0x63825363 expected at offset 236')
    expect(() => decodePacket(Uint8Array.from(bytes).fill(17, 2, 3))).toThrow('hlen: at most 16 expected, 17 found')
  })

  it('refuses to write what does not fit its field', () => {
    expect(() => encodePacket({ ...discover, sname: 's'.repeat(65) })).toThrow('sname: at most 64 bytes expected')
    expect(() => encodePacket({ ...discover, chaddr: new Uint8Array(17) })).toThrow('chaddr: at most 16 bytes expected')
    expect(() => encodePacket({ ...discover, xid: -1 })).toThrow('xid: a whole number')
  })

  it('survives being written and read, whatever is in it', () => {
    fc.assert(
      fc.property(packets, (packet) => {
        expect(plain(decodePacket(encodePacket(packet, { maxBytes: 65_507 })))).toEqual(plain(packet))
      }),
    )
  })

  it('either fits the size it was given, or is refused', () => {
    fc.assert(
      fc.property(packets, fc.integer({ min: 300, max: 1_500 }), (packet, maxBytes) => {
        try {
          const bytes = encodePacket(packet, { maxBytes })
          expect(bytes.length).toBeLessThanOrEqual(maxBytes)
          expect(plain(decodePacket(bytes))).toEqual(plain(packet))
        } catch (error) {
          expect(KairosError.is(error, 'argument/invalid'), `${error}`).toBe(true)
        }
      }),
    )
  })
})
