import { architectureType } from './architecture.js'
import { type BootStep, identifyMachine, type Machine } from './machine.js'
import { clientIdentifier } from './options/client-identifier.js'
import { clientMachineIdentifier } from './options/client-machine-identifier.js'
import { serverIdentifier, UNSPECIFIED_ADDRESS } from './options/ipv4-address.js'
import { MessageType, messageType } from './options/message-type.js'
import { type DhcpOptions, option, readIntactOption } from './options/option-kind.js'
import { bootItem } from './options/pxe/boot-item.js'
import { DiscoveryControl, discoveryControl } from './options/pxe/discovery-control.js'
import { relayAgentInformation } from './options/relay-agent-information.js'
import { bootfileName, vendorClassIdentifier } from './options/text.js'
import { maximumMessageSize } from './options/uint16.js'
import { vendorSpecificInformation } from './options/vendor-specific-information.js'
import { DEFAULT_MAX_PACKET_BYTES, type DhcpPacket, emptyPacket, Op } from './packet.js'

/** A build of iPXE, or whatever else the firmware is to start. */
export interface FirmwareFile {
  /** Under which name TFTP has it: `ipxe.efi`. */
  readonly name: string
  /** Where HTTP has it; a machine that boots over HTTP gets nothing without it. */
  readonly url?: string | undefined
}

/** What one machine boots, where it is not what all boot. */
export interface MachineBoot {
  /** In place of {@link BootFiles.firmware}. */
  readonly firmware?: FirmwareFile | undefined
  /** In place of {@link BootFiles.scriptUrl}. */
  readonly scriptUrl?: string | undefined
}

/** Where boot files are. `serverAddress` is the address of ours that the machine reaches. */
export interface BootFiles {
  /** What a machine of an architecture (option 93) starts; `undefined` when there is nothing for it. */
  readonly firmware: (architecture: number, serverAddress: string, machine: Machine) => FirmwareFile | undefined
  /** URL of the iPXE script of a machine. */
  readonly scriptUrl: (machine: Machine, serverAddress: string) => string
}

/** A port of ours: DHCP (67), or PXE/BINL (4011). */
export type BootPort = 'dhcp' | 'pxe'

export interface ReplyContext extends BootFiles {
  /** To which the request came. */
  readonly port: BootPort
  /** Our address, as the machine is to know it. */
  readonly serverAddress: string
  readonly boot?: MachineBoot | undefined
}

export interface BootReply {
  readonly machine: Machine
  readonly step: BootStep
  /** Name of the boot file for TFTP, or its URL. */
  readonly file: string
  readonly packet: DhcpPacket
  /** The longest packet that the machine takes, for {@link encodePacket}. */
  readonly maxBytes: number
}

/** The field `file` has room for 127 characters and a NUL. */
const MAX_FILE_CHARACTERS = 127
const UUID_OPTION_BYTES = 17
const IP_AND_UDP_HEADER_BYTES = 28
const MIN_MESSAGE_BYTES = 576
const MAX_MESSAGE_BYTES = 1500

/**
 * The proxy's answer to a request: an offer to a DHCPDISCOVER, an acknowledgement to what comes to the PXE port. It
 * carries boot information and never an address. `undefined` for requests that are for others (those for a lease, and all
 * without option 93), and for machines for which there is no boot file.
 *
 * PXE 2.1 sections 2.2 and 2.3, UEFI 2.10 section 24.7 (HTTP boot).
 */
export function replyTo(request: DhcpPacket, context: ReplyContext): BootReply | undefined {
  const type = replyTypeOf(request, context.port)
  const machine = identifyMachine(request)
  if (type === undefined || !machine) return undefined
  const file = bootFileOf(machine, context)
  if (file === undefined) return undefined
  const packet = emptyPacket({
    op: Op.reply,
    htype: request.htype,
    xid: request.xid,
    flags: request.flags,
    ciaddr: type === MessageType.ack ? request.ciaddr : UNSPECIFIED_ADDRESS,
    siaddr: context.serverAddress,
    giaddr: request.giaddr,
    chaddr: request.chaddr,
    sname: context.serverAddress,
    // Old ROMs know the field only, so it is used whenever the name fits.
    file: file.length <= MAX_FILE_CHARACTERS ? file : '',
    options: new Map([
      option(messageType, type),
      option(serverIdentifier, context.serverAddress),
      option(vendorClassIdentifier, machine.transport === 'http' ? 'HTTPClient' : 'PXEClient'),
      option(bootfileName, file),
      ...pxeOptions(request, machine),
      ...mirrored(request.options),
    ]),
  })
  return { machine, step: machine.step, file, packet, maxBytes: maxBytesOf(request.options) }
}

/** The message type of the answer to a request, `undefined` when it asks for nothing that we give. */
export function replyTypeOf(request: DhcpPacket, port: BootPort): number | undefined {
  const type = readIntactOption(request.options, messageType)
  if (port === 'dhcp') return type === MessageType.discover ? MessageType.offer : undefined
  return type === MessageType.request || type === MessageType.inform ? MessageType.ack : undefined
}

function bootFileOf(machine: Machine, context: ReplyContext): string | undefined {
  const { boot, serverAddress } = context
  if (machine.step === 'script') return boot?.scriptUrl ?? context.scriptUrl(machine, serverAddress)
  const firmware = boot?.firmware ?? firstFirmware(machine, context)
  return machine.transport === 'http' ? firmware?.url : firmware?.name
}

function firstFirmware(machine: Machine, context: ReplyContext): FirmwareFile | undefined {
  for (const architecture of machine.architectures) {
    const found = context.firmware(architecture, context.serverAddress, machine)
    if (found) return found
  }
  return undefined
}

/**
 * Option 43. BIOS and iPXE are told to use the file name and ask no further. UEFI firmwares differ in what they make of
 * that, but agree on what an offer without the option means: ask the PXE port of the server that offers.
 */
function* pxeOptions(request: DhcpPacket, machine: Machine): Generator<[number, Uint8Array]> {
  if (machine.transport === 'http') return
  const values = new Map<number, Uint8Array>()
  const bios = machine.architectures.some((type) => architectureType(type).platform === 'bios')
  if (bios || machine.ipxe) {
    const [code, bytes] = option(discoveryControl, DiscoveryControl.useBootFile)
    values.set(code, bytes)
  }
  // A boot server's answer repeats what was asked for, or the client does not take it for one.
  const item = readIntactOption(request.options, vendorSpecificInformation)?.get(bootItem.code)
  if (item) values.set(bootItem.code, item)
  if (values.size > 0) yield option(vendorSpecificInformation, values)
}

/** What a machine or a relay has to get back unchanged. */
function* mirrored(options: DhcpOptions): Generator<[number, Uint8Array]> {
  // RFC 6842 section 3, RFC 3046 section 2.2.
  for (const code of [clientIdentifier.code, relayAgentInformation.code]) {
    const bytes = options.get(code)
    if (bytes) yield [code, bytes]
  }
  // Some ROMs leave the identifier empty and still insist on its return. What is neither empty nor a UUID is better lost.
  const uuid = options.get(clientMachineIdentifier.code)
  if (uuid?.length === 0 || (uuid?.length === UUID_OPTION_BYTES && uuid[0] === 0)) {
    yield [clientMachineIdentifier.code, uuid]
  }
}

function maxBytesOf(options: DhcpOptions): number {
  const size = readIntactOption(options, maximumMessageSize)
  if (size === undefined) return DEFAULT_MAX_PACKET_BYTES
  return Math.min(Math.max(size, MIN_MESSAGE_BYTES), MAX_MESSAGE_BYTES) - IP_AND_UDP_HEADER_BYTES
}
