import { KairosError } from '@kairos-sdk/core'
import { expect, it } from 'vitest'
import { FUZZ_RUNS, fuzz } from '../../../../../fuzz/mutate.js'
import { decodePacket, encodePacket, type TftpPacket } from './packet.js'

const options = new Map([
  ['tsize', '0'],
  ['blksize', '1432'],
  ['windowsize', '16'],
])
const packets: readonly TftpPacket[] = [
  { type: 'rrq', name: '52-54-00-4b-61-69/ipxe.efi', mode: 'octet', options },
  { type: 'wrq', name: 'x', mode: 'netascii', options: new Map() },
  { type: 'data', block: 1, bytes: new Uint8Array(20) },
  { type: 'ack', block: 0 },
  { type: 'error', code: 8, message: 'User aborted the transfer' },
  { type: 'oack', options },
]

it('damaged packets are read and written again, or refused as malformed', { timeout: 60_000 + FUZZ_RUNS }, async () => {
  const refused = await fuzz(
    packets.map(encodePacket),
    (bytes) => {
      const again = encodePacket(decodePacket(bytes))
      expect(Buffer.compare(encodePacket(decodePacket(again)), again)).toBe(0)
    },
    (error) => KairosError.is(error, 'tftp/malformed'),
  )
  expect(refused).toBeGreaterThan(FUZZ_RUNS / 20)
})
