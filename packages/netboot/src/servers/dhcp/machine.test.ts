import { describe, expect, it } from 'vitest'
import { identifyMachine } from './machine.js'
import { clientMachineIdentifier } from './options/client-machine-identifier.js'
import { clientSystemArchitecture } from './options/client-system-architecture.js'
import { ipxeEncapsulatedOptions } from './options/ipxe/encapsulated-options.js'
import { MessageType, messageType } from './options/message-type.js'
import { option } from './options/option-kind.js'
import { vendorClassIdentifier } from './options/text.js'
import { emptyPacket, Op } from './packet.js'

const chaddr = Uint8Array.of(8, 0, 0x27, 0x54, 0x1a, 0xd1)
const identifier = Uint8Array.from({ length: 16 }, (_, index) => index + 1)
type Entry = readonly [number, Uint8Array]

const machineOf = (...options: Entry[]) =>
  identifyMachine(
    emptyPacket({
      op: Op.request,
      xid: 1,
      chaddr,
      options: new Map([option(messageType, MessageType.discover), ...options]),
    }),
  )
const pxe = option(vendorClassIdentifier, 'PXEClient:Arch:00007:UNDI:003016')
const uuid = option(clientMachineIdentifier, { type: 0, identifier })
const x64 = option(clientSystemArchitecture, [7])
const ipxe: Entry = [77, Buffer.from('iPXE')]

describe('identifyMachine', () => {
  it('tells who asks', () => {
    expect(machineOf(x64, pxe, uuid)).toEqual({
      mac: '08:00:27:54:1a:d1',
      uuid: '04030201-0605-0807-090a-0b0c0d0e0f10',
      architectures: [7],
      transport: 'tftp',
      step: 'firmware',
      ipxe: false,
      vendorClass: 'PXEClient:Arch:00007:UNDI:003016',
      userClasses: [],
    })
  })

  it('has no eye for those who do not want to boot', () => {
    expect(machineOf()).toBeUndefined()
    expect(machineOf([93, Uint8Array.of(7)], pxe)).toBeUndefined()
    expect(machineOf([93, Uint8Array.of()], pxe)).toBeUndefined()
    const reply = emptyPacket({ op: Op.reply, xid: 1, chaddr, options: new Map([x64]) })
    expect(identifyMachine(reply)).toBeUndefined()
    expect(identifyMachine({ ...reply, op: Op.request, chaddr: new Uint8Array(0) })).toBeUndefined()
  })

  it('knows iPXE by its user class, bare or with a length', () => {
    expect(machineOf(x64, ipxe)).toMatchObject({ step: 'script', ipxe: true })
    expect(machineOf(x64, [77, Buffer.from('\x04iPXE', 'latin1')])).toMatchObject({ step: 'script' })
    expect(machineOf(x64, [77, Buffer.from('gPXE')])).toMatchObject({ step: 'firmware', ipxe: false })
  })

  it('gives an iPXE without HTTP a better one first', () => {
    const without = option(ipxeEncapsulatedOptions, new Map([[0x15, Uint8Array.of(1)]]))
    const withHttp = option(ipxeEncapsulatedOptions, new Map([[0x13, Uint8Array.of(1)]]))
    expect(machineOf(x64, ipxe, without)).toMatchObject({ step: 'firmware', ipxe: true })
    expect(machineOf(x64, ipxe, withHttp)).toMatchObject({ step: 'script' })
  })

  it('knows UEFI HTTP boot by its vendor class, and without one by its architecture', () => {
    const http = option(vendorClassIdentifier, 'HTTPClient:Arch:00016:UNDI:003000')
    expect(machineOf(option(clientSystemArchitecture, [16]), http)).toMatchObject({ transport: 'http' })
    expect(machineOf(option(clientSystemArchitecture, [19]))).toMatchObject({ transport: 'http' })
    expect(machineOf(option(clientSystemArchitecture, [16]), pxe)).toMatchObject({ transport: 'tftp' })
  })

  it('does without an identifier that is empty or damaged', () => {
    expect(machineOf(x64, [97, new Uint8Array(0)])?.uuid).toBeUndefined()
    expect(machineOf(x64, [97, new Uint8Array(5)])?.uuid).toBeUndefined()
    expect(machineOf(x64, [97, Uint8Array.of(9, 1, 2)])?.uuid).toBeUndefined()
  })
})
