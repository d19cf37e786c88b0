export type { Clock } from '../clock.js'
export type {
  DatagramSocket,
  DatagramSocketOptions,
  Endpoint,
  OpenDatagramSocket,
} from '../datagram-socket.js'
export type { Unsubscribe } from '../event-stream.js'
export type { Logger } from '../logger.js'
export { Architecture, type ArchitectureType, architectureType, type Platform } from './architecture.js'
export { formatMacAddress } from './mac-address.js'
export { type BootStep, identifyMachine, type Machine } from './machine.js'
export { type ClientIdentifier, clientIdentifier } from './options/client-identifier.js'
export {
  type ClientMachineIdentifier,
  clientMachineIdentifier,
  formatUuid,
  type UuidByteOrder,
} from './options/client-machine-identifier.js'
export { type ClientNetworkInterface, clientNetworkInterface } from './options/client-network-interface.js'
export { clientSystemArchitecture } from './options/client-system-architecture.js'
export { domainSearch } from './options/domain-search.js'
export { INFINITE_SECONDS, leaseTime, pxelinuxRebootTime, rebindingTime, renewalTime } from './options/duration.js'
export { broadcastAddress, requestedAddress, serverIdentifier, subnetMask } from './options/ipv4-address.js'
export { domainNameServers, logServers, ntpServers, routers, tftpServerAddresses } from './options/ipv4-addresses.js'
export { IpxeFeature, IpxeOption, ipxeEncapsulatedOptions } from './options/ipxe/encapsulated-options.js'
export { MessageType, messageType, messageTypeName } from './options/message-type.js'
export { type DhcpOptions, type OptionKind, option, readIntactOption, readOption } from './options/option-kind.js'
export { parameterRequestList } from './options/parameter-request-list.js'
export { type BootItem, bootItem } from './options/pxe/boot-item.js'
export { type BootMenuEntry, bootMenu } from './options/pxe/boot-menu.js'
export { type BootServer, bootServers } from './options/pxe/boot-servers.js'
export { DiscoveryControl, discoveryControl } from './options/pxe/discovery-control.js'
export { type MenuPrompt, menuPrompt } from './options/pxe/menu-prompt.js'
export { RelaySubOption, relayAgentInformation } from './options/relay-agent-information.js'
export {
  bootfileName,
  domainName,
  errorMessage,
  hostName,
  pxelinuxConfigurationFile,
  pxelinuxPathPrefix,
  rootPath,
  tftpServerName,
  vendorClassIdentifier,
} from './options/text.js'
export { bootFileSize, interfaceMtu, maximumMessageSize } from './options/uint16.js'
export { userClass } from './options/user-class.js'
export { parseVendorClass, type VendorClass } from './options/vendor-class.js'
export { vendorSpecificInformation } from './options/vendor-specific-information.js'
export { listOwnInterfaces, type OwnInterface, selectInterfaces } from './own-interfaces.js'
export {
  BROADCAST_FLAG,
  DEFAULT_MAX_PACKET_BYTES,
  type DhcpPacket,
  decodePacket,
  type EncodePacketOptions,
  ETHERNET,
  emptyPacket,
  encodePacket,
  Op,
} from './packet.js'
export type { BootDecision, BootDenial, BootPolicy, ProxyDhcpEvent } from './proxy-dhcp-events.js'
export {
  createProxyDhcpServer,
  type ProxyDhcpPorts,
  type ProxyDhcpServer,
  type ProxyDhcpServerInit,
} from './proxy-dhcp-server.js'
export {
  type BootFiles,
  type BootPort,
  type BootReply,
  type FirmwareFile,
  type MachineBoot,
  type ReplyContext,
  replyTo,
} from './reply.js'
export { summary } from './summary.js'
