export type { Clock } from '../clock.js'
export type {
  DatagramSocket,
  DatagramSocketOptions,
  Endpoint,
  OpenDatagramSocket,
} from '../datagram-socket.js'
export type { Unsubscribe } from '../event-stream.js'
export type { Logger } from '../logger.js'
export {
  decodePacket,
  encodePacket,
  Opcode,
  TftpErrorCode,
  type TftpOptions,
  type TftpPacket,
  type TftpRequest,
} from './packet.js'
export type { RefusalReason, TftpEvent, TftpEventSubject } from './tftp-events.js'
export { createTftpServer, type TftpServer, type TftpServerInit } from './tftp-server.js'
