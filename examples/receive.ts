/**
 * The machine's side, for an installer of your own: shows a QR code, waits for a cloud config and writes it down.
 *
 *     node receive.ts received.yaml
 */
import { writeFile } from 'node:fs/promises'
import { encodeToken, generateToken, NEVER_ROTATE } from '@kairos-sdk/core'
import { receive } from '@kairos-sdk/edgevpn/pairing'
import { renderQrCode } from '@kairos-sdk/edgevpn/qr'

const [output = 'received.yaml'] = process.argv.slice(2)
const token = generateToken({ interval: NEVER_ROTATE })
console.log(renderQrCode(encodeToken(token)))
console.log(encodeToken(token))

const { config, elapsedMs } = await receive(token, {
  timeoutMs: 600_000,
  onProgress: ({ message }) => console.log(message),
  network: { dht: false }, // this lab has no internet
})
// It holds passwords: for the owner's eyes only.
await writeFile(output, config, { mode: 0o600 })
console.log(`Wrote ${output} after ${Math.round(elapsedMs)} ms`)
