import { clientIdentifier } from './client-identifier.js'
import { clientMachineIdentifier } from './client-machine-identifier.js'
import { clientNetworkInterface } from './client-network-interface.js'
import { clientSystemArchitecture } from './client-system-architecture.js'
import { domainSearch } from './domain-search.js'
import { leaseTime, pxelinuxRebootTime, rebindingTime, renewalTime } from './duration.js'
import { broadcastAddress, requestedAddress, serverIdentifier, subnetMask } from './ipv4-address.js'
import { domainNameServers, logServers, ntpServers, routers, tftpServerAddresses } from './ipv4-addresses.js'
import { ipxeEncapsulatedOptions } from './ipxe/encapsulated-options.js'
import { messageType } from './message-type.js'
import { decodeOption, type OptionKind } from './option-kind.js'
import { parameterRequestList } from './parameter-request-list.js'
import { relayAgentInformation } from './relay-agent-information.js'
import {
  bootfileName,
  domainName,
  errorMessage,
  hostName,
  pxelinuxConfigurationFile,
  pxelinuxPathPrefix,
  rootPath,
  tftpServerName,
  vendorClassIdentifier,
} from './text.js'
import { bootFileSize, interfaceMtu, maximumMessageSize } from './uint16.js'
import { userClass } from './user-class.js'
import { vendorSpecificInformation } from './vendor-specific-information.js'

/** An option of any kind, for people: its name and value. */
export interface DescribedOption {
  readonly name: string
  readonly value: string
}

type Describe = (bytes: Uint8Array) => DescribedOption

const described = <Value>(kind: OptionKind<Value>): [number, Describe] => [
  kind.code,
  (bytes) => ({ name: kind.name, value: kind.describe(decodeOption(kind, bytes)) }),
]

const KINDS = new Map<number, Describe>([
  described(subnetMask),
  described(routers),
  described(domainNameServers),
  described(logServers),
  described(hostName),
  described(bootFileSize),
  described(domainName),
  described(rootPath),
  described(interfaceMtu),
  described(broadcastAddress),
  described(ntpServers),
  described(vendorSpecificInformation),
  described(requestedAddress),
  described(leaseTime),
  described(messageType),
  described(serverIdentifier),
  described(parameterRequestList),
  described(errorMessage),
  described(maximumMessageSize),
  described(renewalTime),
  described(rebindingTime),
  described(vendorClassIdentifier),
  described(clientIdentifier),
  described(tftpServerName),
  described(bootfileName),
  described(userClass),
  described(relayAgentInformation),
  described(clientSystemArchitecture),
  described(clientNetworkInterface),
  described(clientMachineIdentifier),
  described(domainSearch),
  described(tftpServerAddresses),
  described(ipxeEncapsulatedOptions),
  described(pxelinuxConfigurationFile),
  described(pxelinuxPathPrefix),
  described(pxelinuxRebootTime),
])

/** What an option says, for people; the bytes of one that is unknown or damaged. Never throws. */
export function describeOption(code: number, bytes: Uint8Array): DescribedOption {
  const describe = KINDS.get(code)
  const hex = Buffer.from(bytes).toString('hex')
  if (!describe) return { name: 'unknown', value: hex }
  try {
    return describe(bytes)
  } catch {
    return { name: 'damaged', value: hex }
  }
}
