import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientIdentifier } from './options/client-identifier.js'
import { clientSystemArchitecture } from './options/client-system-architecture.js'
import { MessageType, messageType } from './options/message-type.js'
import { option, readOption } from './options/option-kind.js'
import { bootItem } from './options/pxe/boot-item.js'
import { bootfileName, vendorClassIdentifier } from './options/text.js'
import { maximumMessageSize } from './options/uint16.js'
import { vendorSpecificInformation } from './options/vendor-specific-information.js'
import { BROADCAST_FLAG, decodePacket, emptyPacket, encodePacket, Op } from './packet.js'
import { type ReplyContext, replyTo } from './reply.js'
import { summary } from './summary.js'

type Entry = readonly [number, Uint8Array]
const chaddr = Uint8Array.of(8, 0, 0x27, 0x54, 0x1a, 0xd1)
const context: ReplyContext = {
  port: 'dhcp',
  serverAddress: '192.168.68.2',
  firmware: (architecture, address) =>
    [0, 7, 16].includes(architecture)
      ? { name: `ipxe-${architecture}`, url: `http://${address}/ipxe-${architecture}` }
      : undefined,
  scriptUrl: ({ mac }, address) => `http://${address}:8090/${mac}.ipxe`,
}
const pxePort: ReplyContext = { ...context, port: 'pxe' }

const arch = (...types: number[]): Entry => option(clientSystemArchitecture, types)
const vendor = (text: string): Entry => option(vendorClassIdentifier, text)
const ipxe: Entry = [77, Buffer.from('iPXE')]
const uuid: Entry = [97, Uint8Array.from({ length: 17 }, (_, index) => index)]

const request = (type: number, ...options: Entry[]) =>
  emptyPacket({
    op: Op.request,
    xid: 0x27541ad1,
    secs: 4,
    flags: BROADCAST_FLAG,
    chaddr,
    options: new Map([option(messageType, type), ...options]),
  })
const discover = (...options: Entry[]) => request(MessageType.discover, ...options)

/** The reply as it arrives, for people. */
function arrived(reply: ReturnType<typeof replyTo>): string[] {
  if (!reply) return []
  return summary(decodePacket(encodePacket(reply.packet, { maxBytes: reply.maxBytes }))).split('\n  ')
}

describe('replyTo', () => {
  it('offers a BIOS machine its iPXE, and tells it to look no further', () => {
    expect(arrived(replyTo(discover(vendor('PXEClient:Arch:00000:UNDI:002001'), arch(0), uuid), context))).toEqual([
      'DHCPOFFER to 08:00:27:54:1a:d1, xid 0x27541ad1, broadcast',
      'siaddr: 192.168.68.2',
      'sname: "192.168.68.2"',
      'file: "ipxe-0"',
      '53 DHCP message type: DHCPOFFER',
      '43 vendor specific information: 6=08',
      '54 server identifier: 192.168.68.2',
      '60 vendor class identifier: "PXEClient"',
      '67 bootfile name: "ipxe-0"',
      '97 client machine identifier: 04030201-0605-0807-090a-0b0c0d0e0f10',
    ])
  })

  it('writes option 43 as PXE ROMs know it: 06 01 08 ff', () => {
    const reply = replyTo(discover(arch(0)), context)
    expect(Buffer.from(reply?.packet.options.get(43) ?? []).toString('hex')).toBe('060108ff')
  })

  it('offers an EFI machine without option 43, and acknowledges it on the PXE port', () => {
    const options = [vendor('PXEClient:Arch:00007:UNDI:003016'), arch(7), uuid]
    const offer = replyTo(discover(...options), context)
    expect(offer?.packet.options.has(vendorSpecificInformation.code)).toBe(false)
    const ack = replyTo({ ...request(MessageType.request, ...options), ciaddr: '192.168.68.50' }, pxePort)
    expect(arrived(ack)).toEqual([
      'DHCPACK to 08:00:27:54:1a:d1, xid 0x27541ad1, broadcast',
      'ciaddr: 192.168.68.50',
      'siaddr: 192.168.68.2',
      'sname: "192.168.68.2"',
      'file: "ipxe-7"',
      '53 DHCP message type: DHCPACK',
      '54 server identifier: 192.168.68.2',
      '60 vendor class identifier: "PXEClient"',
      '67 bootfile name: "ipxe-7"',
      '97 client machine identifier: 04030201-0605-0807-090a-0b0c0d0e0f10',
    ])
  })

  it('gives iPXE the URL of its script, with option 43 on every platform', () => {
    for (const type of [0, 7, 11]) {
      const reply = replyTo(discover(arch(type), ipxe), context)
      expect(reply).toMatchObject({ step: 'script', file: 'http://192.168.68.2:8090/08:00:27:54:1a:d1.ipxe' })
      expect(reply?.packet.file).toBe(reply?.file)
      expect(reply?.packet.options.has(43)).toBe(true)
    }
  })

  it('answers UEFI HTTP boot as HTTPClient, with a URL', () => {
    const reply = replyTo(discover(vendor('HTTPClient:Arch:00016:UNDI:003000'), arch(16)), context)
    expect(arrived(reply)).toContain('60 vendor class identifier: "HTTPClient"')
    expect(arrived(reply)).toContain('67 bootfile name: "http://192.168.68.2/ipxe-16"')
    expect(arrived(reply)).toContain('file: "http://192.168.68.2/ipxe-16"')
    expect(reply?.packet).toMatchObject({ yiaddr: '0.0.0.0' })
    const tftpOnly = { ...context, firmware: () => ({ name: 'ipxe.efi' }) }
    expect(replyTo(discover(vendor('HTTPClient'), arch(16)), tftpOnly)).toBeUndefined()
  })

  it('has an eye for nothing but boots: no lease, no request without architecture, no reply', () => {
    const { discover: discovery, request: requesting, inform, ack, release, offer, nak, decline } = MessageType
    for (const type of [requesting, inform, ack, release, offer, nak, decline, 0, 99]) {
      expect(replyTo(request(type, arch(0)), context)).toBeUndefined()
    }
    for (const type of [discovery, ack, offer]) expect(replyTo(request(type, arch(0)), pxePort)).toBeUndefined()
    expect(replyTo(request(inform, arch(0)), pxePort)).toBeDefined()
    expect(replyTo(discover(vendor('PXEClient')), context)).toBeUndefined()
    expect(replyTo({ ...discover(arch(0)), op: Op.reply }, context)).toBeUndefined()
    expect(
      replyTo(emptyPacket({ op: Op.request, xid: 1, chaddr, options: new Map([arch(0)]) }), context),
    ).toBeUndefined()
  })

  it('has nothing for architectures without firmware, and takes the first that has some', () => {
    expect(replyTo(discover(arch(11)), context)).toBeUndefined()
    expect(replyTo(discover(arch(11, 7, 0)), context)).toMatchObject({ file: 'ipxe-7' })
  })

  it('gives a machine its own settings where it has some', () => {
    const boot = { firmware: { name: 'own.efi' }, scriptUrl: 'http://192.0.2.1/own' }
    expect(replyTo(discover(arch(11)), { ...context, boot })).toMatchObject({ file: 'own.efi' })
    expect(replyTo(discover(arch(7), ipxe), { ...context, boot })).toMatchObject({ file: 'http://192.0.2.1/own' })
    expect(replyTo(discover(arch(7)), { ...context, boot: {} })).toMatchObject({ file: 'ipxe-7' })
  })

  it('mirrors an identifier of 17 bytes or none, and no other', () => {
    const mirrored = (bytes: Uint8Array) => replyTo(discover(arch(0), [97, bytes]), context)?.packet.options.get(97)
    expect(mirrored(uuid[1])).toEqual(uuid[1])
    expect(mirrored(new Uint8Array(0))).toEqual(new Uint8Array(0))
    expect(mirrored(new Uint8Array(16))).toBeUndefined()
    expect(mirrored(Uint8Array.of(1, ...new Uint8Array(16)))).toBeUndefined()
    expect(replyTo(discover(arch(0)), context)?.packet.options.has(97)).toBe(false)
  })

  it("gives relay and client back what is theirs, the relay's option last", () => {
    const relay: Entry = [82, Buffer.from('0104000a0001', 'hex')]
    const client = option(clientIdentifier, { type: 1, identifier: chaddr })
    const reply = replyTo({ ...discover(arch(0), client, relay), giaddr: '10.1.0.1', hops: 1 }, context)
    expect(reply?.packet.giaddr).toBe('10.1.0.1')
    expect(arrived(reply).at(-1)).toBe('82 relay agent information: 1=000a0001')
    expect(arrived(reply)).toContain('61 client identifier: 1:080027541ad1')
  })

  it('repeats the boot item that a PXE client chose', () => {
    const item = { type: 0x8000, layer: 3 }
    const vendorOptions = option(vendorSpecificInformation, new Map([option(bootItem, item)]))
    const reply = replyTo(request(MessageType.request, arch(7), vendorOptions), pxePort)
    const answered = readOption(reply?.packet.options ?? new Map(), vendorSpecificInformation)
    expect(answered && readOption(answered, bootItem)).toEqual(item)
  })

  it('puts a URL that is too long for the field into option 67 alone', () => {
    const url = `http://192.0.2.1/${'x'.repeat(300)}`
    const reply = replyTo(discover(arch(7), ipxe), { ...context, scriptUrl: () => url })
    const packet = decodePacket(encodePacket(reply?.packet ?? discover(), { maxBytes: reply?.maxBytes ?? 0 }))
    expect(readOption(packet.options, bootfileName)).toBe(url)
    expect(packet.file).toBe('')
  })

  it('keeps to the size that a machine takes', () => {
    const maxBytes = (size: number) => replyTo(discover(arch(0), option(maximumMessageSize, size)), context)?.maxBytes
    expect(replyTo(discover(arch(0)), context)?.maxBytes).toBe(548)
    expect(maxBytes(1472)).toBe(1444)
    expect(maxBytes(100)).toBe(548)
    expect(maxBytes(65_535)).toBe(1472)
  })

  it('never leases an address, whatever is asked', () => {
    const options = fc.array(fc.tuple(fc.integer({ min: 1, max: 254 }), fc.uint8Array({ maxLength: 40 })), {
      maxLength: 9,
    })
    fc.assert(
      fc.property(options, fc.nat(9), fc.boolean(), (entries, type, pxe) => {
        const packet = request(type, ...entries, arch(0))
        const reply = replyTo(packet, pxe ? pxePort : context)
        if (!reply) return
        expect(reply.packet.yiaddr).toBe('0.0.0.0')
        for (const code of [1, 3, 6, 50, 51, 58, 59]) expect(reply.packet.options.has(code)).toBe(false)
        expect(encodePacket(reply.packet, { maxBytes: reply.maxBytes }).length).toBeLessThanOrEqual(reply.maxBytes)
      }),
    )
  })
})
