import { describe, expect, it } from 'vitest'
import { capturedRequests, ordinaryDiscover } from './fixtures/captured-requests.js'
import { identifyMachine } from './machine.js'
import { decodePacket, encodePacket } from './packet.js'
import { type BootPort, type ReplyContext, replyTo } from './reply.js'
import { summary } from './summary.js'

const UUID = '01020304-0506-0708-090a-0b0c0d0e0f10'
const PXE_PARAMETERS = '1,2,3,4,5,6,12,13,15,17,18,22,23,28,40,41,42,43,50,51,54,58,59,60'

const context = (port: BootPort): ReplyContext => ({
  port,
  serverAddress: '10.77.0.2',
  firmware: () => ({ name: 'ipxe.efi', url: 'http://10.77.0.2/ipxe.efi' }),
  scriptUrl: () => 'http://10.77.0.2/script',
})

describe('packets of real boots', () => {
  it.each([
    [
      'ipxeRomDiscover',
      [
        'DHCPDISCOVER from 52:54:00:4b:61:69, xid 0x4d1f9d49, 4 s',
        '53 DHCP message type: DHCPDISCOVER',
        '57 maximum DHCP message size: 1472 bytes',
        '93 client system architecture: 0 (x86 BIOS)',
        '94 client network device interface: UNDI 2.1',
        '60 vendor class identifier: "PXEClient:Arch:00000:UNDI:002001"',
        '77 user class: "iPXE"',
        '55 parameter request list: 1,3,6,7,12,15,17,26,43,60,66,67,119,128,129,130,131,132,133,134,135,175,203',
        '175 iPXE encapsulated options: busId=011af41000 version=010000 dns=01 elf=01 http=01 iscsi=01 menu=01 ' +
          'multiboot=01 nfs=01 pxeExtensions=02 pxe=01 tftp=01 bzImage=01 aoe=01',
        '61 client identifier: 1:5254004b6169',
        `97 client machine identifier: ${UUID}`,
      ],
    ],
    [
      'ovmfPxePortRequest',
      [
        'DHCPREQUEST from 52:54:00:4b:61:69, xid 0x35b8eb37',
        'ciaddr: 10.77.0.142',
        '53 DHCP message type: DHCPREQUEST',
        `55 parameter request list: ${PXE_PARAMETERS},66,67,97,128,129,130,131,132,133,134,135`,
        '57 maximum DHCP message size: 1472 bytes',
        '60 vendor class identifier: "PXEClient:Arch:00007:UNDI:003000"',
        '93 client system architecture: 7 (x64 UEFI)',
        '94 client network device interface: UNDI 3.0',
        `97 client machine identifier: ${UUID}`,
      ],
    ],
    [
      'ovmfHttpDiscover',
      [
        'DHCPDISCOVER from 52:54:00:4b:61:69, xid 0xbe1b5455, broadcast',
        '53 DHCP message type: DHCPDISCOVER',
        '57 maximum DHCP message size: 1472 bytes',
        `55 parameter request list: ${PXE_PARAMETERS},235,67,97`,
        `97 client machine identifier: ${UUID}`,
        '94 client network device interface: UNDI 3.0',
        '93 client system architecture: 16 (x64 UEFI HTTP boot)',
        '60 vendor class identifier: "HTTPClient:Arch:00016:UNDI:003000"',
      ],
    ],
    [
      'arm64HttpDiscover',
      [
        'DHCPDISCOVER from 52:54:00:4b:61:69, xid 0xaf66ee09, broadcast',
        '53 DHCP message type: DHCPDISCOVER',
        '57 maximum DHCP message size: 1472 bytes',
        `55 parameter request list: ${PXE_PARAMETERS},0,67,97`,
        `97 client machine identifier: ${UUID}`,
        '94 client network device interface: UNDI 3.0',
        '93 client system architecture: 19 (ARM 64-bit UEFI HTTP boot)',
        '60 vendor class identifier: "HTTPClient:Arch:00019:UNDI:003000"',
      ],
    ],
    [
      'ipxeArm64Discover',
      [
        'DHCPDISCOVER from 52:54:00:4b:61:69, xid 0xa1557d78, 4 s, broadcast',
        '53 DHCP message type: DHCPDISCOVER',
        '57 maximum DHCP message size: 1472 bytes',
        '93 client system architecture: 11 (ARM 64-bit UEFI)',
        '94 client network device interface: UNDI 3.10',
        '60 vendor class identifier: "PXEClient"',
        '77 user class: "iPXE"',
        '55 parameter request list: 1,3,6,7,12,15,17,26,42,43,60,66,67,119,128,129,130,131,132,133,134,135,175,203',
        '175 iPXE encapsulated options: busId=011af41000 version=010000 vlan=01 dns=01 menu=01 efi=01 http=01 https=01 ' +
          'iscsi=01 nfs=01 srp=01 tftp=01 aoe=01',
        '61 client identifier: 1:5254004b6169',
        `97 client machine identifier: ${UUID}`,
      ],
    ],
  ] as const)('reads %s to the last option', (name, lines) => {
    expect(summary(decodePacket(capturedRequests[name])).split('\n  ')).toEqual(lines)
  })

  it.each([
    ['ipxeRomDiscover', 'dhcp', 'http://10.77.0.2/script'],
    ['ipxeRomRequest', 'dhcp', undefined],
    ['ovmfPxeDiscover', 'dhcp', 'ipxe.efi'],
    ['ovmfPxePortRequest', 'pxe', 'ipxe.efi'],
    ['ovmfHttpDiscover', 'dhcp', 'http://10.77.0.2/ipxe.efi'],
    ['ipxeEfiDiscover', 'dhcp', 'http://10.77.0.2/script'],
    ['plainRomDiscover', 'dhcp', 'ipxe.efi'],
    ['undionlyDiscover', 'dhcp', 'http://10.77.0.2/script'],
    ['arm64PxeDiscover', 'dhcp', 'ipxe.efi'],
    ['arm64PxeLeaseRequest', 'dhcp', undefined],
    ['arm64PxePortRequest', 'pxe', 'ipxe.efi'],
    ['arm64HttpDiscover', 'dhcp', 'http://10.77.0.2/ipxe.efi'],
    ['ipxeArm64Discover', 'dhcp', 'http://10.77.0.2/script'],
  ] as const)('answers %s on the %s port with %s', (name, port, file) => {
    const reply = replyTo(decodePacket(capturedRequests[name]), context(port))
    expect(reply?.file).toBe(file)
  })

  it.each(Object.entries(capturedRequests))('loses nothing of %s when it is written again', (_, bytes) => {
    const packet = decodePacket(bytes)
    const again = decodePacket(encodePacket(packet, { maxBytes: 1_472 }))
    const sorted = (text: string) => text.split('\n').sort()
    expect(sorted(summary(again))).toEqual(sorted(summary(packet)))
    expect([again.secs, again.flags, again.ciaddr]).toEqual([packet.secs, packet.flags, packet.ciaddr])
    expect(identifyMachine(again)).toMatchObject({ mac: '52:54:00:4b:61:69', uuid: UUID })
  })

  it('says nothing to the system that was booted, and only wants an address', () => {
    const packet = decodePacket(ordinaryDiscover)
    expect(identifyMachine(packet)).toBeUndefined()
    expect(replyTo(packet, context('dhcp'))).toBeUndefined()
    expect(summary(packet)).toContain('60 vendor class identifier: "udhcp 1.35.0"')
  })
})

/**
 * A ROM as card makers deliver it could not be booted here; this is its packet as the PXE specification 2.1 (table 2-1) and
 * RFC 4578 have it: no user class, the size and parameters that Intel's boot agent has, filled up to 548 bytes.
 */
const specifiedRomDiscover = Buffer.alloc(548)
Buffer.from(
  `0101060000541ad10004800000000000000000000000000000000000080027541ad1${'00'.repeat(202)}63825363` +
    '350101' +
    '3724010203040506 0b0c0d0f1011121617 1c28292a2b3233363a3b3c4243 8081828384858687'.replaceAll(' ', '') +
    '390204ec' +
    '6111000102030405060708090a0b0c0d0e0f10' +
    '5d020000' +
    '5e03010201' +
    `3c20${Buffer.from('PXEClient:Arch:00000:UNDI:002001').toString('hex')}ff`,
  'hex',
).copy(specifiedRomDiscover)

it('offers a ROM of the specification its iPXE, in less than the size that it takes', () => {
  const reply = replyTo(decodePacket(specifiedRomDiscover), context('dhcp'))
  expect(reply?.file).toBe('ipxe.efi')
  expect(reply?.maxBytes).toBe(1_260 - 28)
})
