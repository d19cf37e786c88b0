/**
 * Registers a machine: sends it a cloud config, as `kairosctl register` does.
 *
 *     node register.ts config.yaml TOKEN|PICTURE
 */
import { decodeToken, KairosError, readBytes, readText } from '@kairos-sdk/core'
import { send } from '@kairos-sdk/edgevpn/pairing'
import { readTokenFromPicture } from '@kairos-sdk/edgevpn/qr'

const [configFile = 'config.yaml', machine = 'screenshot.png'] = process.argv.slice(2)
const isPicture = /\.(png|jpe?g|ppm)$/.test(machine)

try {
  const text = isPicture ? (await readTokenFromPicture(await readBytes(machine), { name: machine })).token : machine
  const { peerId, elapsedMs } = await send(
    decodeToken(text),
    { config: await readText(configFile), device: '/dev/sda', reboot: true },
    {
      timeoutMs: 60_000,
      onProgress: ({ message }) => console.log(message),
      network: { dht: false }, // this lab has no internet
    },
  )
  console.log(`${peerId} has its config after ${Math.round(elapsedMs)} ms`)
} catch (error) {
  if (!KairosError.is(error)) throw error
  console.error(`${error.code}: ${error.message}\n${error.hint ?? ''}`)
  process.exitCode = 1
}
