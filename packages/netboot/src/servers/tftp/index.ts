export {
  decodePacket,
  encodePacket,
  Opcode,
  TftpErrorCode,
  type TftpOptions,
  type TftpPacket,
} from './packet.js'
export type { RefusalReason, TftpEvent } from './tftp-events.js'
export { createTftpServer, type TftpServer, type TftpServerInit } from './tftp-server.js'
