import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'

const DATA = 3
const ACK = 4
const ERROR = 5
const OACK = 6

export interface TftpDownload {
  readonly port: number
  readonly name: string
  readonly blockSize: number
  readonly windowSize: number
}

/** After this long without an answer what was sent last is sent again. A busy machine drops packets of its own. */
const SILENCE_MS = 300

/** Downloads a file by TFTP from this machine and throws it away. */
export async function downloadByTftp({ port, name, blockSize, windowSize }: TftpDownload) {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { promise, resolve, reject } = Promise.withResolvers<{ bytes: number; windowSize: number }>()
  let bytes = 0
  let expected = 1
  let granted = { blockSize: 512, windowSize: 1 }
  let sendAgain = () => {}
  const send = (packet: Buffer, to: number) => {
    sendAgain = () => socket.send(packet, to, '127.0.0.1')
    sendAgain()
  }
  const acknowledge = (block: number, to: RemoteInfo) => {
    const packet = Buffer.alloc(4)
    packet.writeUInt16BE(ACK, 0)
    packet.writeUInt16BE(block & 0xffff, 2)
    send(packet, to.port)
  }
  const silence = setTimeout(() => {
    // Of a window that came in part, what came counts.
    if (bytes > 0 && server) acknowledge(expected - 1, server)
    else sendAgain()
    silence.refresh()
  }, SILENCE_MS)
  let server: RemoteInfo | undefined
  socket.on('message', (packet, from) => {
    silence.refresh()
    server = from
    const opcode = packet.readUInt16BE(0)
    if (opcode === ERROR) reject(new Error(packet.toString('latin1', 4)))
    else if (opcode === OACK) {
      const words = packet.toString('latin1', 2).toLowerCase().split('\0')
      const value = (option: string, otherwise: number) => Number(words[words.indexOf(option) + 1] || otherwise)
      granted = {
        blockSize: words.includes('blksize') ? value('blksize', 512) : 512,
        windowSize: words.includes('windowsize') ? value('windowsize', 1) : 1,
      }
      acknowledge(0, from)
    } else if (opcode === DATA && packet.readUInt16BE(2) === (expected & 0xffff)) {
      const length = packet.length - 4
      bytes += length
      const last = length < granted.blockSize
      if (last || expected % granted.windowSize === 0) acknowledge(expected, from)
      expected++
      if (last) resolve({ bytes, windowSize: granted.windowSize })
    }
  })
  const options = ['blksize', blockSize, ...(windowSize > 1 ? ['windowsize', windowSize] : [])]
  send(Buffer.from(`\0\x01${[name, 'octet', ...options].join('\0')}\0`, 'latin1'), port)
  try {
    return await promise
  } finally {
    clearTimeout(silence)
    socket.close()
  }
}
