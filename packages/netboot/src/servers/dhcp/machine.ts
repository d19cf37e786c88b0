import { architectureType } from './architecture.js'
import { formatMacAddress } from './mac-address.js'
import { clientMachineIdentifier, formatUuid } from './options/client-machine-identifier.js'
import { clientSystemArchitecture } from './options/client-system-architecture.js'
import { IpxeFeature, ipxeEncapsulatedOptions } from './options/ipxe/encapsulated-options.js'
import { readIntactOption } from './options/option-kind.js'
import { vendorClassIdentifier } from './options/text.js'
import { userClass } from './options/user-class.js'
import { parseVendorClass } from './options/vendor-class.js'
import { type DhcpPacket, Op } from './packet.js'

/** A machine that wants to boot from the network, by what its packet says. */
export interface Machine {
  /** Hardware address of the interface that it boots from: `08:00:27:54:1a:d1`. */
  readonly mac: string
  /** As `dmidecode` shows it: `01020304-0506-0708-090a-0b0c0d0e0f10`. */
  readonly uuid: string | undefined
  /** Types of option 93, most preferred first; never empty. */
  readonly architectures: readonly number[]
  /** How the firmware fetches files: over TFTP (PXE), or over HTTP (UEFI HTTP boot). */
  readonly transport: 'tftp' | 'http'
  /** What it needs next: iPXE, or, when it is iPXE already, a script. */
  readonly step: BootStep
  /** Whether iPXE asks; one without HTTP still needs a better one. */
  readonly ipxe: boolean
  /** Option 60: `PXEClient:Arch:00007:UNDI:003016`. */
  readonly vendorClass: string | undefined
  readonly userClasses: readonly string[]
}

export type BootStep = 'firmware' | 'script'

/** User class by which iPXE makes itself known. */
const IPXE = 'iPXE'
const UUID = 0

/**
 * Who sent a packet. `undefined` for everybody who does not want to boot from the network: a request without a usable
 * option 93 is one for an address, which is none of our business.
 */
export function identifyMachine(request: DhcpPacket): Machine | undefined {
  const architectures = readIntactOption(request.options, clientSystemArchitecture)
  const mac = formatMacAddress(request.chaddr)
  if (request.op !== Op.request || architectures === undefined || mac === '') return undefined
  const vendorClass = readIntactOption(request.options, vendorClassIdentifier)
  const userClasses = readIntactOption(request.options, userClass) ?? []
  const ipxe = userClasses.includes(IPXE)
  return {
    mac,
    uuid: uuidOf(request),
    architectures,
    transport: transportOf(vendorClass, architectures[0] ?? 0),
    step: ipxe && speaksHttp(request) ? 'script' : 'firmware',
    ipxe,
    vendorClass,
    userClasses,
  }
}

function transportOf(vendorClass: string | undefined, architecture: number): 'tftp' | 'http' {
  const client = vendorClass === undefined ? undefined : parseVendorClass(vendorClass)?.client
  if (client === undefined) return architectureType(architecture).transport
  return client === 'HTTPClient' ? 'http' : 'tftp'
}

/** Some network cards come with an iPXE without HTTP; the script's URL would be of no use to it. */
function speaksHttp(request: DhcpPacket): boolean {
  const features = readIntactOption(request.options, ipxeEncapsulatedOptions)
  // An iPXE that tells nothing of itself was built by somebody who stripped it down on purpose: it knows what it does.
  return features === undefined || features.has(IpxeFeature.http)
}

function uuidOf(request: DhcpPacket): string | undefined {
  const identifier = readIntactOption(request.options, clientMachineIdentifier)
  // Firmware and iPXE alike send the bytes as SMBIOS has them.
  return identifier?.type === UUID ? formatUuid(identifier.identifier, 'smbios') : undefined
}
