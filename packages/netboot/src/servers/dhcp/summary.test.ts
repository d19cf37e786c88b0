import { describe, expect, it } from 'vitest'
import { clientSystemArchitecture } from './options/client-system-architecture.js'
import { MessageType, messageType } from './options/message-type.js'
import { option } from './options/option-kind.js'
import { vendorClassIdentifier } from './options/text.js'
import { BROADCAST_FLAG, emptyPacket, Op } from './packet.js'
import { summary } from './summary.js'

describe('summary', () => {
  it('tells a person what a packet says', () => {
    const packet = emptyPacket({
      op: Op.request,
      xid: 0x27541ad1,
      secs: 4,
      flags: BROADCAST_FLAG,
      giaddr: '10.0.0.1',
      chaddr: Uint8Array.of(8, 0, 0x27, 0x54, 0x1a, 0xd1),
      file: '\u001b]0;',
      options: new Map([
        option(messageType, MessageType.discover),
        option(vendorClassIdentifier, 'PXEClient:Arch:00000:UNDI:002001'),
        option(clientSystemArchitecture, [0]),
        [224, Uint8Array.of(1, 2)],
        [57, Uint8Array.of(1)],
      ]),
    })
    expect(summary(packet)).toBe(
      [
        'DHCPDISCOVER from 08:00:27:54:1a:d1, xid 0x27541ad1, 4 s, broadcast',
        '  giaddr: 10.0.0.1',
        '  file: "\\u001b]0;"',
        '  53 DHCP message type: DHCPDISCOVER',
        '  60 vendor class identifier: "PXEClient:Arch:00000:UNDI:002001"',
        '  93 client system architecture: 0 (x86 BIOS)',
        '  224 unknown: 0102',
        '  57 damaged: 01',
      ].join('\n'),
    )
  })

  it('knows BOOTP', () => {
    expect(summary(emptyPacket({ op: Op.reply, xid: 1 }))).toBe('BOOTP to nobody, xid 0x00000001')
  })
})
